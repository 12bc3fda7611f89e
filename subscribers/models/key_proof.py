from django.db import models


class KeyProof(models.Model):
    """Under which ADDRESS_KEY the addresses of this database are remembered."""

    value = models.CharField(max_length=32)  # subscribers.keys.proof()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_key_proof")
        ]

    def __str__(self) -> str:
        return self.value

from django.db import models
from django.db.models.functions import Now


class Pulse(models.Model):
    """That a sender is alive: a row for each, by the database's clock."""

    name = models.CharField(max_length=120, primary_key=True)  # host:process
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    # When answers last came for what it handed over, and how many good ones so far:
    # alive, and busy with nothing, are two things.
    worked_at = models.DateTimeField(null=True)
    sent = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return self.name

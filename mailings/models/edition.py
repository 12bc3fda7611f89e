from typing import Any, NoReturn

from django.db import models
from django.utils import timezone


class EditionQuerySet(models.QuerySet["Edition"]):
    def update(self, **_changes: Any) -> NoReturn:
        raise TypeError("An edition is what was agreed to leave: it is never changed.")


class Edition(models.Model):
    """A bulletin compiled and fixed. Its texts keep their personal places.

    What was scheduled is what leaves: later changes to the bulletin, its sender, its
    layout or its lists never reach an edition.
    """

    bulletin = models.ForeignKey(
        "mailings.Bulletin", on_delete=models.CASCADE, related_name="editions"
    )
    language = models.CharField(max_length=2)
    subject = models.TextField()
    from_name = models.CharField(max_length=120)
    from_address = models.CharField(max_length=320)
    reply_to = models.CharField(max_length=320, blank=True)
    headers = models.JSONField()  # the fixed ones: [[name, value], …]
    list_ids = models.JSONField()  # what a leave link of this edition leaves
    html = models.TextField()
    text = models.TextField()
    fingerprint = models.CharField(max_length=64)  # SHA-256 of all the above, in hex
    created_at = models.DateTimeField(default=timezone.now)

    objects = EditionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.language} {self.fingerprint[:8]}"

from typing import Self

from django.db import models
from django.db.models.functions import Now


class SlowdownQuerySet(models.QuerySet["Slowdown"]):
    def active(self) -> Self:
        return self.filter(until__gt=Now())


class Slowdown(models.Model):
    """A domain whose server said "not now" again and again, and until when it rests."""

    domain = models.CharField(primary_key=True, max_length=255)
    until = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=1)  # in a row; doubles the wait
    reason = models.TextField()  # its last answer

    objects = SlowdownQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.domain} until {self.until:%H:%M:%S}"

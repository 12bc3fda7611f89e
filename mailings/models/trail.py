from typing import Any, NoReturn

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

BY_COMMAND = "command line"


class TrailEntryQuerySet(models.QuerySet["TrailEntry"]):
    def update(self, **_changes: Any) -> NoReturn:
        raise TypeError("A trail is added to, and never changed.")

    def delete(self) -> NoReturn:
        raise TypeError("A trail goes only with its bulletin.")


class TrailEntry(models.Model):
    """Append-only: who did what to a bulletin, and when.

    Written in the transaction of the act itself. The database too refuses to change
    one (mailings/triggers.py).
    """

    class Act(models.TextChoices):
        COMPOSED = "composed", _("Composed")
        CORRECTED = "corrected", _("Began a correction of it")
        SCHEDULED = "scheduled", _("Scheduled")
        TAKEN_BACK = "taken_back", _("Took it back")
        HELD = "held", _("Held back")
        RELEASED = "released", _("Released")
        STARTED = "started", _("Began to go out")
        PAUSED = "paused", _("Paused")
        RESUMED = "resumed", _("Resumed")
        CANCELLED = "cancelled", _("Stopped for good")
        FINISHED = "finished", _("Gone out")
        SENT_AGAIN = "sent_again", _("Sent again")
        LEFT = "left", _("Left as it is")

    bulletin = models.ForeignKey(
        "mailings.Bulletin", on_delete=models.CASCADE, related_name="trail"
    )
    at = models.DateTimeField(db_default=Now())
    act = models.CharField(max_length=12, choices=Act)
    # The name of the person as it was then, BY_COMMAND, or empty for Bode itself.
    who = models.CharField(max_length=320, blank=True)
    # Of one delivery; by its number, for its address may be erased later.
    delivery = models.ForeignKey(
        "mailings.Delivery",
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    count = models.PositiveIntegerField(null=True)  # of so many deliveries
    detail = models.TextField(blank=True)  # a reason, as the bulletin's own

    objects = TrailEntryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.act} {self.who}"

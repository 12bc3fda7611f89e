from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Now
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from mailings.models.bulletin import Bulletin
from mailings.models.edition import Edition
from mailings.rendering.headers import message_id
from subscribers.models import Subscriber


class Word(Value):
    """A status that stands in the statement itself, as it does in a partial index.

    SQLite does not see that an index answers a question whose words it is given apart.
    """

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        return f"'{Delivery.Status(self.value).value}'", ()


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        """For their first try, or for another."""
        return self.filter(status__in=[Word(one) for one in Delivery.WAITING])

    def leased(self) -> Self:
        """In the hands of a worker."""
        return self.filter(status__in=[Word(one) for one in Delivery.LEASED])

    def due(self) -> Self:
        """Waiting for their first try, or deferred until now."""
        return self.waiting().filter(due_at__lte=Now())

    def open(self) -> Self:
        """Whatever may still move by itself: while there is one, the bulletin sends."""
        return self.filter(status__in=Delivery.OPEN)

    def any_open(self) -> bool:
        """Asked in the order of an index each: a plain "is there one" lets PostgreSQL
        read the ledger from its beginning, past everything that was sent before."""
        waiting = self.waiting().order_by("due_at", "pk")
        leased = self.leased().order_by("lease_until")
        return any(one.values_list("pk").first() for one in (waiting, leased))

    def of_a_sending_bulletin(self) -> Self:
        """Asked beside the row and not by a join: Django turns an UPDATE with a join
        into one by ids, and PostgreSQL, where it had to wait for somebody else's change
        to a row, asks again only what stands in the UPDATE itself."""
        sending = Bulletin.objects.sending().filter(pk=OuterRef("bulletin"))
        return self.filter(Exists(sending))

    def unreached(self, kinds: Iterable[str]) -> Self:
        """Failed or in doubt, as `kinds` says, and not erased since."""
        return self.filter(status__in=list(kinds)).exclude(email="")

    def lease_over(self) -> Self:
        return self.leased().filter(lease_until__lt=Now())


class Delivery(models.Model):
    """One bulletin to one person: the ledger's row. The engine alone changes it."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        CLAIMED = "claimed", _("Claimed")
        SUBMITTING = "submitting", _("Being handed over")
        SENT = "sent", _("Sent")
        DEFERRED = "deferred", _("Later again")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Skipped")
        IN_DOUBT = "in_doubt", _("In doubt")

    class Outcome(models.TextChoices):
        NONE = "none", _("None")
        DELIVERED = "delivered", _("Delivered")
        BOUNCED = "bounced", _("Came back")
        COMPLAINED = "complained", _("Complained")

    # Every legal move, written as "target: where it may come from".
    MOVES = {
        Status.CLAIMED: {Status.QUEUED, Status.DEFERRED},
        Status.SUBMITTING: {Status.CLAIMED},
        Status.SENT: {Status.SUBMITTING, Status.IN_DOUBT},
        Status.DEFERRED: {Status.SUBMITTING, Status.CLAIMED},
        Status.FAILED: {Status.SUBMITTING, Status.DEFERRED},
        Status.SKIPPED: {Status.CLAIMED, Status.QUEUED, Status.DEFERRED},
        Status.IN_DOUBT: {Status.SUBMITTING},
        Status.QUEUED: {
            Status.CLAIMED,
            Status.SUBMITTING,
            Status.IN_DOUBT,
            Status.FAILED,
        },
    }
    WAITING = (Status.QUEUED, Status.DEFERRED)
    LEASED = (Status.CLAIMED, Status.SUBMITTING)
    OPEN = WAITING + LEASED

    # Each index that begins with it serves it as well; it needs none of its own.
    bulletin = models.ForeignKey(
        Bulletin, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.SET_NULL, null=True, related_name="deliveries"
    )
    # Frozen at the start, so that the mail can be shown again byte for byte.
    email = models.CharField(_("e-mail address"), max_length=320)
    address_key = models.CharField(max_length=32)
    values = models.JSONField(default=dict)
    # What follows the @, in lower case: a busy server slows its own mail and no other.
    domain = models.CharField(max_length=255, default="", db_default="")

    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.QUEUED
    )
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome, default=Outcome.NONE
    )
    reason = models.TextField(_("reason"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(db_default=Now())
    # Since when one "not now" followed another: what is too old is given up.
    deferred_since = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    # Since when it failed, was skipped, put off, or is in doubt.
    changed_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=200, blank=True)
    # An editor's "leave it" on a delivery in doubt.
    left_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "subscriber"], name="one_delivery_per_subscriber"
            ),
            models.UniqueConstraint(
                fields=["bulletin", "address_key"], name="one_delivery_per_address"
            ),
        ]
        indexes = [
            # Asked by every claim: what is due of this bulletin?
            models.Index(
                fields=["bulletin", "due_at", "id"],
                name="delivery_waiting",
                condition=Q(status__in=["queued", "deferred"]),
            ),
            # Asked by every sweep: whose lease is over?
            models.Index(
                fields=["lease_until"],
                name="delivery_leased",
                condition=Q(status__in=["claimed", "submitting"]),
            ),
            # Asked by the statement: which is its first, and which its last?
            models.Index(fields=["bulletin", "id"], name="delivery_in_order"),
            # Asked by `deliveries`: how many in each status?
            models.Index(fields=["bulletin", "status"], name="delivery_status"),
            # Asked by the pages: which were the last that did not just leave, and why?
            models.Index(
                fields=["bulletin", "status", "id"],
                name="delivery_trouble",
                condition=Q(status__in=["deferred", "failed", "skipped", "in_doubt"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_id} → {self.pk} {self.status}"

    @property
    def message_id(self) -> str:
        """The same at every attempt, so that a second copy could be recognised."""
        return message_id(self.bulletin.token, self.pk, self.edition.from_address)

import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailings.errors import WrongState
from mailings.models.edition import Edition
from mailings.models.layout import Layout
from mailings.models.trail import TrailEntry
from senders.addresses import without_any
from senders.models import Sender
from senders.text import default_language, validate_one_line
from subscribers.models import MailingList


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    def due(self) -> Self:
        """Scheduled, and its time has come by the database's clock."""
        return self.filter(status=Bulletin.Status.SCHEDULED, send_at__lte=Now())

    def late(self) -> Self:
        """Due for so long that a person must say whether it may still go out."""
        return self.due().filter(send_at__lt=_late_before())

    def in_time(self) -> Self:
        """Due, and not late: it may start."""
        return self.due().filter(send_at__gte=_late_before())

    def sending(self) -> Self:
        return self.filter(status=Bulletin.Status.SENDING)


def _late_before() -> Combinable:
    return Now() - timedelta(seconds=settings.LATE_LIMIT)


class Bulletin(models.Model):
    """One issue, written once and sent to many."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        HELD = "held", _("Held")
        SENDING = "sending", _("Sending")
        PAUSED = "paused", _("Paused")
        SENT = "sent", _("Sent")
        CANCELLED = "cancelled", _("Cancelled")

    # Every legal move, written as "target: where it may come from".
    MOVES = {
        Status.DRAFT: {Status.SCHEDULED, Status.HELD},
        Status.SCHEDULED: {Status.DRAFT, Status.HELD},
        Status.HELD: {Status.SCHEDULED},
        Status.SENDING: {Status.SCHEDULED, Status.PAUSED, Status.SENT},
        Status.PAUSED: {Status.SENDING},
        Status.SENT: {Status.SENDING},
        Status.CANCELLED: {Status.SENDING, Status.PAUSED},
    }
    # What the trail says of a move, where its verb says nothing else.
    ACTS = {
        Status.DRAFT: TrailEntry.Act.TAKEN_BACK,
        Status.SCHEDULED: TrailEntry.Act.SCHEDULED,
        Status.HELD: TrailEntry.Act.HELD,
        Status.SENDING: TrailEntry.Act.STARTED,
        Status.PAUSED: TrailEntry.Act.PAUSED,
        Status.SENT: TrailEntry.Act.FINISHED,
        Status.CANCELLED: TrailEntry.Act.CANCELLED,
    }

    subject = models.CharField(
        _("subject"), max_length=200, validators=[validate_one_line]
    )
    preheader = models.CharField(
        _("preheader"),
        max_length=200,
        blank=True,
        validators=[validate_one_line],
        help_text=_("Stands beside the subject in the mailbox."),
    )
    date = models.DateField(_("date in the letter"), null=True, blank=True)
    headline = models.CharField(
        _("headline"), max_length=200, blank=True, validators=[validate_one_line]
    )
    # HTML. Whatever wrote it, rendering sanitises it again.
    body = models.TextField(_("text"), blank=True)
    sender = models.ForeignKey(
        Sender,
        verbose_name=_("sender"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
    )
    sign = models.BooleanField(_("close with the sender's signature"), default=True)
    layout = models.ForeignKey(
        Layout,
        verbose_name=_("layout"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
    )
    # The first by name is the one that the List-Id names.
    lists = models.ManyToManyField(
        MailingList, verbose_name=_("lists"), blank=True, related_name="bulletins"
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.LANGUAGES,
        default=default_language,
    )
    ticked_off = models.JSONField(default=list, blank=True, editable=False)

    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    reason = models.TextField(_("reason"), blank=True, editable=False)
    send_at = models.DateTimeField(
        _("send time"), null=True, blank=True, editable=False
    )
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    # Since when it goes on without a break, and how many were handled before that.
    going_since = models.DateTimeField(null=True, editable=False)
    handled_before = models.PositiveIntegerField(
        default=0, db_default=0, editable=False
    )
    # It goes to exactly those who got that one. Said once, when it is begun.
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="corrections",
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    # Makes its Message-IDs unique, and hard to guess (RFC 5322 section 3.6.4).
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Two editors who save the same bulletin: the second is told.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulletin")
        verbose_name_plural = _("bulletins")
        ordering = ["-pk"]
        permissions = [("can_send", _("Can schedule, send, resume and cancel"))]
        indexes = [
            # Asked by every round of a sender: what is due, what is going out?
            models.Index(
                fields=["status", "send_at"],
                name="bulletin_at_work",
                condition=models.Q(status__in=["scheduled", "sending"]),
            )
        ]

    def __str__(self) -> str:
        return self.subject or str(_("(no subject)"))

    def move_to(
        self,
        target: Status,
        *,
        by: str = "",
        act: TrailEntry.Act | None = None,
        count: int | None = None,
        delivery_id: int | None = None,
        leaving: Status | None = None,
        among: BulletinQuerySet | None = None,
        **changes: Any,
    ) -> None:
        """Change status in one guarded UPDATE and note it, or raise WrongState.

        `leaving` narrows the states it may come from to that one; `among` asks in the
        same statement that it is still one of these. `by`, `act`, `count` and
        `delivery_id` are for the trail.
        """
        states = self.MOVES[target] & ({leaving} if leaving else self.MOVES[target])
        all_or_those = Bulletin.objects.all() if among is None else among
        here = all_or_those.filter(pk=self.pk, status__in=states)
        with transaction.atomic():
            moved = here.update(status=target, **changes)
            if moved:
                self.note(
                    act or self.ACTS[target],
                    by=by,
                    count=count,
                    delivery_id=delivery_id,
                    detail=changes.get("reason", ""),
                )
            self.refresh_from_db()
        if not moved:
            raise self.wrong_state(target)

    def note(
        self,
        act: TrailEntry.Act,
        *,
        by: str,
        count: int | None = None,
        delivery_id: int | None = None,
        detail: str = "",
    ) -> None:
        """Add to the trail, in the transaction of the act itself.

        The detail may be a mail server's answer. It can never be changed, so it names
        no address: whoever is erased later must not stand in it.
        """
        self.trail.create(
            act=act,
            who=by,
            count=count,
            delivery_id=delivery_id,
            detail=without_any(detail),
        )

    def wrong_state(self, target: Status) -> WrongState:
        """What to raise where its status, as read last, does not allow the move."""
        return WrongState(now=self.get_status_display(), target=str(target.label))

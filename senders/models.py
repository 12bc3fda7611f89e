"""As whom mail leaves: the organisation, its senders, the pace of each transport."""

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from senders.addresses import validate_address
from senders.colours import validate_on_white
from senders.outbox import OutboxMail
from senders.text import validate_one_line

__all__ = ["Letter", "Organisation", "OutboxMail", "Pace", "Sender"]


class OrganisationManager(models.Manager["Organisation"]):
    def current(self) -> "Organisation":
        """The one row, or an unsaved one that carries the defaults."""
        return self.first() or Organisation()


class Organisation(models.Model):
    """Whose Bode this is. Public pages and mail wear its name, logo and colour."""

    name = models.CharField(
        _("name"), max_length=120, default="Bode", validators=[validate_one_line]
    )
    logo = models.BinaryField(_("logo"), blank=True, default=b"", editable=False)
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default="#1D4A86",
        validators=[validate_on_white],
        help_text=_("Of buttons and links in mail and on public pages, like #0E5A4F."),
    )
    contact = models.EmailField(
        _("contact address"),
        blank=True,
        validators=[validate_address],
        help_text=_("Where readers turn to with questions about your mail."),
    )
    postal_address = models.CharField(
        _("postal address"),
        max_length=200,
        blank=True,
        validators=[validate_one_line],
        help_text=_("Stands at the foot of every mail."),
    )

    objects = OrganisationManager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisation")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_organisation")
        ]

    def __str__(self) -> str:
        return self.name


class Sender(models.Model):
    """As whom we write."""

    from_name = models.CharField(
        _("name"),
        max_length=120,
        validators=[validate_one_line],
        help_text=_("What the reader sees as sender."),
    )
    from_address = models.EmailField(
        _("e-mail address"), unique=True, validators=[validate_address]
    )
    reply_to = models.EmailField(
        _("reply address"),
        blank=True,
        validators=[validate_address],
        help_text=_("Where answers go. Empty: to the address above."),
    )
    signature = models.TextField(
        _("signature"),
        blank=True,
        max_length=2000,
        help_text=_("Closes every letter of this sender, one line under the other."),
    )

    class Meta:
        verbose_name = _("sender")
        verbose_name_plural = _("senders")
        ordering = ["from_name", "pk"]

    def __str__(self) -> str:
        return f"{self.from_name} <{self.from_address}>"


class Pace(models.Model):
    """When a transport may hand over its next message: shared by all workers."""

    transport = models.CharField(max_length=40, primary_key=True)
    next_at = models.DateTimeField()
    reserved = models.PositiveBigIntegerField(
        default=0, validators=[MinValueValidator(0)]
    )

    def __str__(self) -> str:
        return self.transport


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self) -> Self:
        """Waiting until now, or in the hands of a sender that died with them."""
        waiting = Q(status=Letter.Status.WAITING, due_at__lte=Now())
        left = Q(status=Letter.Status.SENDING, lease_until__lt=Now())
        return self.filter(waiting | left)


class Letter(models.Model):
    """A single mail of ours: a password, an invitation, an alert.

    The row is the queue: what a lost broker forgets is found here.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    # Every legal move, written as "target: where it may come from".
    MOVES = {
        Status.SENDING: {
            Status.WAITING,
            Status.SENDING,
        },  # again, once the lease is over
        Status.SENT: {Status.SENDING},
        Status.WAITING: {Status.SENDING},
        Status.FAILED: {Status.SENDING, Status.WAITING},
    }

    # What the kinds are called that somebody asks for by name.
    PASSWORD, INVITATION, ALERT = "password", "invitation", "alert"

    kind = models.CharField(max_length=20)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=200, validators=[validate_one_line])
    text = models.TextField()  # emptied once it is sent or given up: it holds a secret
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    reason = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()  # of no use to its reader afterwards
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            # Asked by every round of a sender: which letters wait?
            models.Index(
                fields=["due_at"],
                name="letter_open",
                condition=models.Q(status__in=["waiting", "sending"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.status}"

    @property
    def is_secret(self) -> bool:
        """Whether it carries a key that opens an account."""
        return self.kind in (self.PASSWORD, self.INVITATION)

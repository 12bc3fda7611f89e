"""As whom mail leaves: the organisation, its senders, the pace of each transport."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from senders.addresses import validate_address
from senders.colours import validate_on_white
from senders.outbox import OutboxMail
from senders.text import validate_one_line

__all__ = ["Organisation", "OutboxMail", "Pace", "Sender"]


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

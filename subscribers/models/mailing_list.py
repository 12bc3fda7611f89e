from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from senders.models import Sender
from senders.text import validate_one_line


class MailingList(models.Model):
    """What people subscribe to."""

    class Basis(models.TextChoices):
        """On what ground the law lets us write (GDPR article 6(1))."""

        CONSENT = "consent", _("consent")
        CONTRACT = "contract", _("contract or membership")
        LEGAL_OBLIGATION = "legal_obligation", _("legal obligation")
        PUBLIC_TASK = "public_task", _("public task")
        LEGITIMATE_INTEREST = "legitimate_interest", _("legitimate interest")

    name = models.CharField(_("name"), max_length=120, validators=[validate_one_line])
    # The List-Id is made of it (RFC 2919 section 4: it never changes).
    slug = models.CharField(
        _("short name"),
        max_length=60,
        unique=True,
        validators=[
            RegexValidator(
                r"\A[a-z0-9]+(-[a-z0-9]+)*\Z",
                _("Use small letters, digits and single hyphens, like council-news."),
            )
        ],
        help_text=_("Names the list in mail headers. It never changes afterwards."),
    )
    description = models.CharField(
        _("description"),
        max_length=200,
        blank=True,
        help_text=_("One sentence for readers: what they get, and how often."),
    )
    default_sender = models.ForeignKey(
        Sender,
        verbose_name=_("default sender"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
    )
    legal_basis = models.CharField(
        _("legal basis"), max_length=30, choices=Basis, default=Basis.CONSENT
    )
    is_public = models.BooleanField(
        _("public"), default=True, help_text=_("Readers may see that this list exists.")
    )

    class Meta:
        verbose_name = _("list")
        verbose_name_plural = _("lists")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

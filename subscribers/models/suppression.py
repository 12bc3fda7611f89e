from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Suppression(models.Model):
    """An address that is never written to, and why. It outlives the person."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("mail to it came back")
        COMPLAINED = "complained", _("the reader reported a mail as spam")
        ASKED = "asked", _("the reader asked for it")

    address_key = models.CharField(max_length=32, unique=True)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return self.address_key

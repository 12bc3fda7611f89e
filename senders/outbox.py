"""The demo's way out: a Django e-mail backend that keeps every mail in a table."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxMail(models.Model):
    """A mail that would have left."""

    at = models.DateTimeField(_("time"), auto_now_add=True)
    # As the mail says it: the name is what people search for.
    recipient = models.CharField(_("recipient"), max_length=700)
    subject = models.CharField(_("subject"), max_length=500)
    source = models.BinaryField(_("source"))

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject


class OutboxBackend(BaseEmailBackend):
    """Keeps what it is given, byte for byte, and sends nothing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        OutboxMail.objects.bulk_create(
            OutboxMail(
                recipient=", ".join(message.to or message.recipients())[:700],
                subject=str(message.subject)[:500],
                source=message.message().as_bytes(),
            )
            for message in email_messages
        )
        return len(email_messages)

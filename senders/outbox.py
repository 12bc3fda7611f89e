"""The demo's way out: a Django e-mail backend that keeps every mail in a table."""

from collections.abc import Callable, Sequence
from email.utils import getaddresses

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models
from django.utils.translation import gettext_lazy as _

from senders.addresses import BadAddress, normalise, on_the_wire


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


def forget_mails(address: str) -> None:
    """Throw away every mail to this address, and to no other; a bad one is no error."""
    wanted, said = (_made(form, address) for form in (normalise, on_the_wire))
    if not wanted:
        return
    near = OutboxMail.objects.filter(recipient__icontains=said)
    for mail in near.only("recipient").iterator():
        to = [found for _name, found in getaddresses([mail.recipient])]
        if wanted in map(str.lower, to):
            mail.delete()


def _made(form: Callable[[str], str], address: str) -> str:
    """The address in this form; as it stands, in lower case, where it has none."""
    try:
        return form(address)
    except BadAddress:
        return address.strip().lower()

"""By what way mail leaves: an SMTP relay, or any Django e-mail backend."""

import threading

from django.conf import settings

from senders.transports.backend import BackendTransport
from senders.transports.base import Transport
from senders.transports.smtp import SmtpTransport


def make_transport(*, stop: threading.Event | None = None) -> Transport:
    """The transport that TRANSPORT names; `stop` ends its waiting for a server."""
    if settings.TRANSPORT == "smtp":
        return SmtpTransport(stop=stop or threading.Event())
    return BackendTransport()

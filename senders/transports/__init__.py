"""By what way mail leaves: an SMTP relay, a provider, or any Django e-mail backend."""

import threading

from django.conf import settings

from senders.transports.backend import BackendTransport
from senders.transports.base import Transport
from senders.transports.providers import PROVIDERS
from senders.transports.providers.transport import ProviderTransport
from senders.transports.smtp import SmtpTransport


def make_transport(*, stop: threading.Event | None = None) -> Transport:
    """The transport that TRANSPORT names; `stop` ends its waiting for a server."""
    name = settings.TRANSPORT
    stop = stop or threading.Event()
    if name == "smtp":
        return SmtpTransport(stop=stop)
    if name in PROVIDERS:
        return ProviderTransport(PROVIDERS[name], name=name, stop=stop)
    return BackendTransport()

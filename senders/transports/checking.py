"""Whether the transport lets us in, asked without sending a mail: for `doctor`.

Nothing here raises; what a server says against us becomes a finding in its words.
"""

import smtplib
import time
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from senders.findings import Finding, error, ok, warning
from senders.transports.base import TransportError
from senders.transports.providers import PROVIDERS
from senders.transports.providers.verifying import check_provider
from senders.transports.smtp import Line
from senders.transports.wire import ConnectionLost

SECONDS = 15.0  # for the whole of an SMTP log-in
NEAR = {"127.0.0.1", "::1", "localhost"}


def check_transport(*, domains: Sequence[str]) -> list[Finding]:
    """Log in as for sending; `domains` are those that mail is sent from."""
    if settings.TRANSPORT == "smtp":
        return list(_check_relay())
    provider = PROVIDERS.get(settings.TRANSPORT)
    if provider:
        return list(check_provider(provider, domains=domains))
    said = _("Mail reaches nobody: TRANSPORT is %(name)s, which keeps it in Bode.")
    return [warning("transport", said % {"name": settings.TRANSPORT})]


def _check_relay() -> Iterator[Finding]:
    place = {"server": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"}
    line = Line()
    try:
        wire = line.open(deadline=time.monotonic() + SECONDS)
    except (TransportError, ConnectionLost) as refusal:
        said = _(
            "The mail server %(server)s does not let us in (%(answer)s): mend SMTP_URL."
        )
        yield error("transport", said % {**place, "answer": refusal})
        return
    except (OSError, smtplib.SMTPException) as failure:
        said = _("The mail server %(server)s is not understood (%(answer)s).")
        yield error("transport", said % {**place, "answer": failure})
        return
    offers_tls = wire.has_extn("starttls")
    line.say_goodbye()
    yield from _judge_encryption(place, offers_tls=offers_tls)


def _judge_encryption(place: dict[str, str], *, offers_tls: bool) -> Iterator[Finding]:
    near = settings.EMAIL_HOST in NEAR
    plain = not near and not (settings.EMAIL_USE_SSL or settings.EMAIL_USE_TLS)
    if plain and settings.EMAIL_HOST_USER:
        said = _(
            "The mail server %(server)s lets us in, but the password goes there in "
            "plain text: use smtp+starttls:// or smtps://."
        )
        yield warning("transport", said % place)
        return
    yield ok("transport", _("The mail server %(server)s lets us in.") % place)
    if plain and offers_tls:
        said = _(
            "The mail server %(server)s offers encryption, and SMTP_URL does not use "
            "it: make it smtp+starttls://."
        )
        yield warning("transport", said % place)

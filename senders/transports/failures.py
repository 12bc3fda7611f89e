"""What a Django e-mail backend raised, and what that means for the message."""

import email.utils
import time

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailRecipientsRefused,
)
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError
from urllib3.exceptions import HTTPError, NewConnectionError

from senders.text import one_line
from senders.transports.answers import LONGEST_REASON
from senders.transports.base import Kind, Verdict

# Each kind of failure once; the first row that fits counts.
KINDS: tuple[tuple[tuple[type[BaseException], ...], Kind], ...] = (
    ((AnymailRecipientsRefused,), Kind.REFUSED),
    # The outbox is a table: what it could not store has not left.
    ((DatabaseError, InterfaceError), Kind.BUSY),
    ((ImproperlyConfigured, AnymailConfigurationError), Kind.BROKEN),
    # Not even a connection.
    ((requests.ConnectTimeout, requests.exceptions.SSLError), Kind.BROKEN),
    ((ConnectionRefusedError, NewConnectionError), Kind.BROKEN),
    # The request may have arrived: a timeout, or the line was cut.
    ((requests.RequestException, HTTPError, OSError), Kind.IN_DOUBT),
    # anymail cannot say this mail in the provider's words.
    ((AnymailError,), Kind.BROKEN),
)
# A provider's HTTP status: about us, or later. Any other 4xx is about the message.
BROKEN_STATUS = {401, 402, 403, 404}
BUSY_STATUS = {408, 409, 423, 425, 429}


def verdict_on(error: BaseException) -> Verdict:
    """The verdict on the message with which a backend raised this.

    Of what nobody knows it is in doubt, so that nobody gets two.
    """
    reason = one_line(f"{_name(error)}: {error}")[:LONGEST_REASON]
    status = getattr(error, "status_code", None)
    if isinstance(error, AnymailAPIError) and isinstance(status, int):
        return _by_status(error, status, reason)
    causes = _causes(error)
    for types, kind in KINDS:
        if any(isinstance(cause, types) for cause in causes):
            return Verdict(kind, reason)
    return Verdict(Kind.IN_DOUBT, reason)


def _by_status(error: AnymailAPIError, status: int, reason: str) -> Verdict:
    reason = reason if str(status) in reason else f"{status} {reason}"
    if status in BROKEN_STATUS:
        return Verdict(Kind.BROKEN, reason)
    if status in BUSY_STATUS or status >= 500:
        return Verdict(Kind.BUSY, reason, retry_after=_retry_after(error))
    if status >= 400:
        return Verdict(Kind.REFUSED, reason, after_body=True)
    # Taken, and its answer makes no sense.
    return Verdict(Kind.IN_DOUBT, reason)


def _retry_after(error: AnymailAPIError) -> int | None:
    """Seconds that the provider asks for (RFC 9110 section 10.2.3), or None."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    value = str(headers.get("Retry-After", "")).strip()
    if value.isdigit():
        return min(int(value), 86400)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0, min(round(moment.timestamp() - time.time()), 86400))


def _causes(error: BaseException) -> list[BaseException]:
    """The error, and what it was raised from, down to the socket."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(found) < 20:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            # requests keeps urllib3's error in its arguments, urllib3 in `reason`.
            waiting += [one.__cause__, getattr(one, "reason", None), *one.args]
            waiting.append(None if one.__suppress_context__ else one.__context__)
    return found


def _name(error: BaseException) -> str:
    return type(error).__name__

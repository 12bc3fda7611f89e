"""What a Django e-mail backend raised, and what that means for the message.

The provider's answer counts first, where there was one: its words, where they say more
than its status, then the status. Without an answer the kind of error decides, and
whether the request had left.
"""

import re
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError

from senders.text import one_line
from senders.transports.answers import LONGEST_REASON
from senders.transports.base import Kind, Verdict
from senders.transports.providers.facts import Provider
from senders.transports.providers.said import Said, said_by

# Errors of the clients by name, so that nobody loads Amazon's who does not use it.
# No request without a connection: a name that is not found, a port that is closed, a
# handshake that failed …
UNREACHED = {
    "ConnectTimeout",
    "ConnectTimeoutError",
    "ConnectionRefusedError",
    "EndpointConnectionError",
    "NameResolutionError",
    "NewConnectionError",
    "ProxyConnectionError",
    "ProxyError",
    "gaierror",
}
UNTRUSTED = {"SSLCertVerificationError", "CertificateError"}
# … while any other trouble with the line may have come after the request.
CUT = {
    "ConnectionClosedError",
    "HTTPClientError",
    "HTTPError",  # urllib3's, and of requests the mother of all
    "OSError",
    "RequestException",
    "ResponseParserError",
}
# Each kind of failure once; the first row that fits counts.
KINDS: tuple[tuple[set[str], Kind], ...] = (
    # The outbox is a table: what it could not store has not left.
    ({DatabaseError.__name__, InterfaceError.__name__}, Kind.BUSY),
    ({ImproperlyConfigured.__name__}, Kind.BROKEN),
    (UNTRUSTED, Kind.BROKEN),
    # An API that has moved, or an address or a key that makes no request.
    ({"TooManyRedirects", "InvalidURL", "MissingSchema"}, Kind.BROKEN),
    ({"InvalidSchema", "InvalidHeader", "UnicodeEncodeError"}, Kind.BROKEN),
    ({AnymailInvalidAddress.__name__}, Kind.REFUSED),
    (CUT, Kind.IN_DOUBT),
    # Amazon's client, before it asked: no credentials, no region, a wrong parameter.
    ({"BotoCoreError"}, Kind.BROKEN),
    # An answer that makes no sense.
    ({AnymailAPIError.__name__}, Kind.IN_DOUBT),
    # anymail cannot say this mail in the provider's words.
    ({AnymailError.__name__}, Kind.BROKEN),
)
# A provider's HTTP status: about us, or later. Any other 4xx is about the message.
BROKEN_STATUS = {401, 402, 403, 404, 405, 410}
BUSY_STATUS = {408, 409, 423, 425, 429}
# A gateway that had no answer from who stands behind it, and who may have taken it.
DOUBTFUL_STATUS = {504, 520, 524}
# Amazon says "later" with a 400.
AMAZON_LATER = re.compile(
    '"Code": "(Throttling|ThrottlingException|TooManyRequestsException|'
    'LimitExceededException)"'
)

SECRET = re.compile("key|token|secret|password", re.IGNORECASE)  # names of settings
SHORTEST_SECRET = 8


def verdict_on(error: BaseException, *, provider: Provider | None = None) -> Verdict:
    """The verdict on the message with which a backend raised this.

    Of what nobody knows it is in doubt, so that nobody gets two.
    """
    said = said_by(getattr(error, "response", None))
    if isinstance(error, AnymailRecipientsRefused):
        return Verdict(Kind.REFUSED, cut((said and said.words) or str(error)))
    title = _title(error, provider)
    if isinstance(error, AnymailAPIError) and said:
        return _by_answer(said, provider, title)
    causes = _causes(error)
    kind = next((kind for names, kind in KINDS if _is(causes, names)), Kind.IN_DOUBT)
    reason = f"{type(error).__name__}: {error}"
    if is_unreached(error):
        kind, trouble = Kind.BROKEN, "no connection to"
    else:
        trouble = "no answer from" if kind is Kind.IN_DOUBT else ""
    if trouble and isinstance(error, AnymailError):
        reason = f"{trouble} {title}: {_root(causes)}"
    elif trouble and provider:
        reason = f"{title}: no sense in its answer: {reason}"
    return Verdict(kind, cut(reason), after_body=kind is Kind.REFUSED)


def is_unreached(error: BaseException) -> bool:
    """Whether there was not even a connection, and trying again may help."""
    causes = _causes(error)
    if _is(causes, UNTRUSTED):
        return False
    return _is(causes, UNREACHED) or any(_in_handshake(cause) for cause in causes)


def cut(reason: str) -> str:
    """On one line, and without our keys: some repeat in their answer what they got."""
    for secret in _secrets(settings.ANYMAIL):
        reason = reason.replace(secret, "…")
    return one_line(reason)[:LONGEST_REASON]


def _secrets(own: Mapping[str, Any]) -> Iterator[str]:
    """What of a provider's settings opens the account."""
    for name, value in own.items():
        if isinstance(value, Mapping):
            yield from _secrets(value)
        elif isinstance(value, str) and SECRET.search(name):
            # By words: a header's error quotes a line end as two characters.
            yield from (one for one in value.split() if len(one) >= SHORTEST_SECRET)


def _by_answer(said: Said, provider: Provider | None, title: str) -> Verdict:
    reason = cut(f"{title}: {said.status} {said.words}")
    kind = _kind_by_words(said, provider) or _kind_by_status(said.status)
    if kind is Kind.IN_DOUBT and said.status < 300:
        reason = cut(
            f"{title}: an answer that makes no sense: {said.status} {said.body}"
        )
    return Verdict(
        kind,
        reason,
        retry_after=said.retry_after if kind is Kind.BUSY else None,
        after_body=kind is Kind.REFUSED,
    )


def _kind_by_words(said: Said, provider: Provider | None) -> Kind | None:
    if provider is None:
        return None
    patterns = (
        (provider.about_us, Kind.BROKEN),
        (AMAZON_LATER, Kind.BUSY),
        (provider.untaken, Kind.REFUSED),
    )
    for pattern, kind in patterns:
        if pattern and pattern.search(said.body):
            return kind
    return None


def _kind_by_status(status: int) -> Kind:
    if status in BROKEN_STATUS or 300 <= status < 400:
        return Kind.BROKEN  # also an address that has moved: no key is sent after it
    if status in DOUBTFUL_STATUS:
        return Kind.IN_DOUBT
    if status in BUSY_STATUS or status >= 500:
        return Kind.BUSY
    return Kind.REFUSED if status >= 400 else Kind.IN_DOUBT


def _title(error: BaseException, provider: Provider | None) -> str:
    named = provider.title if provider else getattr(error, "esp_name", "")
    return named or "the provider"


def _is(causes: list[BaseException], names: set[str]) -> bool:
    """Whether one of them is of a class with one of these names."""
    return any(one.__name__ in names for cause in causes for one in type(cause).__mro__)


def _in_handshake(error: BaseException) -> bool:
    """Whether it was raised while TLS was being agreed on."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code.co_name == "do_handshake" for frame, _line in frames)


def _root(causes: list[BaseException]) -> str:
    """What the socket said, without the wrapping of each layer above it."""
    plain = {"builtins", "socket", "ssl", "http.client"}
    said = [str(one) for one in causes if type(one).__module__ in plain]
    return next(filter(None, reversed(said)), str(causes[0]))


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

"""The shape of a provider's row: what may differ from one to the next. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class Merge:
    """How one call carries a mail for each of many readers.

    With a `text_place` the provider puts our values in the places of a text that it
    gets once. Without, each mail stands whole in the call, in fields that the provider
    documents for that: so it is with those who promise no template outside stored ones,
    or whose templates escape what they put in.
    """

    most: int  # mails in one call
    text_place: str = ""  # a value in plain text, a header or a subject; {} is its key
    html_place: str = ""  # in HTML, so that what is escaped already stays as it is
    # What the provider would take for its own syntax, were it left in a text.
    syntax: re.Pattern[str] | None = None
    guard: str = ""  # how such a thing is put as a value, where mails stand whole
    # A mail's own headers take the place of those of the call, so each carries all.
    headers_each: bool = False
    most_bytes: int = 1_000_000  # of one reader's values; above it a mail goes alone

    @property
    def whole(self) -> bool:
        return not self.text_place


class Carries(Enum):
    """In what the delivery's id travels, to come back with the provider's reports."""

    METADATA = "metadata"
    TAG = "tag"  # `delivery-7`, where there is no metadata


class Where(Enum):
    """In what part of the call an idempotency key stands."""

    MAIL_HEADERS = "headers"  # among the mail's headers, and not sent on
    REQUEST = "request"  # a header of the HTTP request


@dataclass(frozen=True)
class Idempotency:
    """The provider takes a call with the same key once, so it may be asked again."""

    name: str
    where: Where
    seconds: int  # for which it remembers a key
    # The body that says: this key was here before, so its mails are taken.
    taken: re.Pattern[str] | None = None


@dataclass(frozen=True)
class LogIn:
    """A harmless request that proves the key: it asks, or sends nothing to nobody.

    In the texts {NAME} is a setting, and {domain} the domain that mail is sent from.
    The key is good when the answer is below 500, is no 401, 402 or 403, and its body
    does not match `about_us`.
    """

    method: str
    path: str  # to be joined to the backend's `api_url`
    headers: Mapping[str, str] = field(default_factory=dict)
    basic: tuple[str, str] | None = None  # user and password
    body: Mapping[str, Any] | None = None  # JSON


# A provider writes these itself, or refuses a call that brings them.
OWN = frozenset({"date", "message-id"})
QUIET: Mapping[str, bool] = {"track_opens": False, "track_clicks": False}


@dataclass(frozen=True)
class Provider:
    """One row."""

    title: str
    backend: str  # dotted path of the Django e-mail backend
    needs: tuple[str, ...]  # settings without which nothing leaves
    merge: Merge | None = None  # None: one call a mail
    carries: Carries = Carries.METADATA
    leaves_out: frozenset[str] = OWN  # headers of ours that it may not be given
    # It decodes encoded words (RFC 2047) in a header, and sends on what was in them.
    decodes_headers: bool = False
    # Opens and clicks are not tracked. What says so: attributes of the mail, anymail's
    # esp_extra, headers. All empty: only the account's own settings can say it.
    quiet: Mapping[str, bool] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotency: Idempotency | None = None
    # Bodies that speak of our domain, account or key, whatever their status says.
    about_us: re.Pattern[str] | None = None
    # Bodies of a 2xx that took nothing all the same.
    untaken: re.Pattern[str] | None = None
    # A mail of a call that was taken, of which anymail says "unknown": is it taken too,
    # or in doubt?
    unknown_is_taken: bool = False
    # Only a call with one mail is answered for good; so the first of a worker goes
    # alone, and a wrong domain shows at once.
    first_alone: bool = False
    log_in: LogIn | None = None


def words(*patterns: str) -> re.Pattern[str]:
    """Any of these, in small letters or capitals."""
    return re.compile("|".join(patterns), re.IGNORECASE)


def anymail(name: str) -> str:
    return f"anymail.backends.{name}.EmailBackend"


def ours(name: str) -> str:
    return f"senders.transports.providers.payloads.{name}Backend"

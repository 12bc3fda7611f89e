"""What a provider's API answered: its status, its words, and how long to wait."""

import email.utils
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from senders.text import one_line

LONGEST_WAIT = 86400  # seconds
LONGEST_WORDS = 300
# Where APIs put what is for people to read; everything else is for machines.
_FOR_PEOPLE = re.compile(r"message|reason|error|detail|title|description|code", re.I)
_MARKUP = re.compile(r"<(style|script|head).*?</\1>|<[^>]*>", re.I | re.S)


@dataclass(frozen=True)
class Said:
    """One answer over HTTP, whichever client received it."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)  # in small letters

    @property
    def words(self) -> str:
        """What is for people to read, on one line."""
        try:
            found = list(dict.fromkeys(_leaves(self.json))) if self.json else []
        except RecursionError:
            found = []
        return one_line(", ".join(found) or _MARKUP.sub(" ", self.body))[:LONGEST_WORDS]

    def part_on(self, address: str, *, place: int, count: int) -> "Said":
        """What it says of one recipient: named, or `place` in a list of `count`."""
        try:
            part = _on_address(self.json, address.casefold())
            if part is None:
                part = _in_order(self.json, place, count)
        except RecursionError:
            part = None
        if part is None:
            return self
        if isinstance(part, str):
            part = {"reason": part}
        return replace(self, body=json.dumps(part))

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def retry_after(self) -> int | None:
        """Seconds that the provider asks for (RFC 9110 section 10.2.3), or None."""
        value = str(self.headers.get("retry-after", "")).strip()
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
            return min(-int(-float(value) // 1), LONGEST_WAIT)
        try:
            moment = email.utils.parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return None
        return max(0, min(round(moment.timestamp() - time.time()), LONGEST_WAIT))


def said_by(response: object) -> Said | None:
    """The answer that a client kept: of requests a Response, of Amazon's a dict."""
    if isinstance(response, Mapping):
        return _said_by_amazon(response)
    status = getattr(response, "status_code", None)
    if not isinstance(status, int):
        return None
    headers = getattr(response, "headers", {})
    return Said(
        status=status,
        # Not its `text`: without a charset requests would guess one, slowly.
        body=getattr(response, "content", b"").decode("utf-8", "replace"),
        headers={str(name).lower(): str(headers[name]) for name in headers},
    )


def _said_by_amazon(response: Mapping[str, Any]) -> Said | None:
    meta = response.get("ResponseMetadata", {})
    if "HTTPStatusCode" not in meta:
        return None
    error = response.get("Error", {})
    return Said(
        status=int(meta["HTTPStatusCode"]),
        body=json.dumps({"Code": error.get("Code"), "Message": error.get("Message")})
        if error
        else "",
        headers=meta.get("HTTPHeaders", {}),
    )


def _leaves(value: Any, *, name: str = "") -> Iterator[str]:
    """The values for people, in order; a list of words counts by the list's name."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            # Fields at fault are named by keys below "errors".
            yield from _leaves(part, name=f"{name} {key}" if name else str(key))
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, name=name)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        word = str(value).strip() if _FOR_PEOPLE.search(name) else ""
        yield from [word] if word else []


def _on_address(value: Any, address: str) -> Any:
    """The smallest part that names the address, by a key or as a value."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if str(key).casefold() == address:
                return part
        for part in value.values():
            found = _on_address(part, address)
            if found is not None:
                return found
        named = (str(part).casefold() == address for part in value.values())
        return value if any(named) else None
    if isinstance(value, list):
        for part in value:
            found = _on_address(part, address)
            if found is not None:
                return found
    return None


def _in_order(value: Any, place: int, count: int) -> Any:
    if isinstance(value, list):
        return value[place] if len(value) == count else None
    if isinstance(value, Mapping):
        for part in value.values():
            found = _in_order(part, place, count)
            if found is not None:
                return found
    return None

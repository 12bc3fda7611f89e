"""The closed merge grammar: {{ field }} and {{ field|fallback }}. Nothing else is one.

A place is hidden behind an opaque token while HTML is treated, revealed again in the
compiled texts, and filled in once per recipient, in one pass: a value that looks like
a place is never expanded.

Compiled texts know two forms more, which nobody can write in a bulletin:
`{{ url:field }}` stands inside a link and quotes its value, and `{{ braces }}` stands
for two braces that are no place.
"""

import html
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from senders.text import one_line

FIELDS = {
    "salutation": _("salutation"),
    "first_name": _("first name"),
    "infix": _("infix"),
    "last_name": _("last name"),
    "name": _("full name"),
    "email": _("e-mail address"),
    "organisation": _("organisation"),
    "function": _("function"),
    "unsubscribe_url": _("unsubscribe link"),
}
READER = {"nl": "lezer", "en": "reader"}
LINK = "unsubscribe_url"
_OF_A_PERSON = tuple(field for field in FIELDS if field != LINK)

# A space that an editor typed may be a hard one.
_GAP = r"(?:\s|&nbsp;)*"
_NAMES = "|".join(FIELDS)
PLACE = re.compile(rf"\{{\{{{_GAP}({_NAMES}){_GAP}(?:\|([^{{}}]*))?\}}\}}")
_COMPILED = re.compile(
    rf"\{{\{{ (url:)?({_NAMES}|braces)(?:\|([^{{}}]*))? \}}\}}",
)
_TAG = re.compile(r"<[^>]*>")


class BrokenValue(Exception):
    """What is kept of a reader is no text: nothing of ours wrote it."""


class Kind(Enum):
    """Where a place stands, and so how its value is escaped."""

    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True)
class Place:
    field: str
    fallback: str = ""  # as it stands in the text: HTML in HTML
    in_url: bool = False

    def fill(self, values: Mapping[str, str], kind: Kind) -> str:
        """The value, escaped for where it stands; else the fallback."""
        value = values.get(self.field, "")
        if not value:
            return self.fallback
        if self.in_url:
            value = quote(value, safe="@")
        return html.escape(value) if kind is Kind.HTML else value


Piece = str | Place


@dataclass(frozen=True)
class _Hidden:
    field: str
    html: str
    text: str
    in_url: bool


class Places:
    """The places of one bulletin, hidden while its HTML is treated."""

    def __init__(self) -> None:
        # Nobody can write a token: in a fallback or a link it would break out of it.
        self._mark = f"q{secrets.token_hex(6)}q"
        self._token = re.compile(f"{self._mark}([0-9]+)x")
        self._hidden: list[_Hidden] = []

    def hide_in_html(self, source: str) -> str:
        """Put a token for each place between the tags of sanitised HTML."""

        def hide(found: re.Match[str]) -> str:
            if self._token.search(found[0]):
                return found[0]  # a place inside a place is none
            fallback = (found[2] or "").replace("&nbsp;", "\xa0").strip()
            plain = one_line(html.unescape(_TAG.sub("", fallback)))
            return self._hide(_Hidden(found[1], fallback, plain, in_url=False))

        return PLACE.sub(hide, _TAG.sub(_close_braces, source))

    def hide(self, text: str, *, in_url: bool = False) -> str:
        """Put a token for each place of plain text, or of an attribute's value."""

        def hide(found: re.Match[str]) -> str:
            plain = one_line(found[2] or "")
            quoted = in_url and found[1] != LINK
            return self._hide(_Hidden(found[1], html.escape(plain), plain, quoted))

        return PLACE.sub(hide, text)

    def holds(self, field: str) -> bool:
        return any(hidden.field == field for hidden in self._hidden)

    def reveal(self, text: str, kind: Kind) -> str:
        """The compiled text: tokens are places again, other braces are none."""

        def show(found: re.Match[str]) -> str:
            hidden = self._hidden[int(found[1])]
            fallback = hidden.html if kind is Kind.HTML else hidden.text
            prefix = "url:" if hidden.in_url else ""
            return f"{{{{ {prefix}{hidden.field}{fallback and '|'}{fallback} }}}}"

        return self._token.sub(show, text.replace("{{", "{{ braces }}"))

    def _hide(self, hidden: _Hidden) -> str:
        self._hidden.append(hidden)
        return f"{self._mark}{len(self._hidden) - 1}x"


def compile_pieces(compiled: str, *, language: str) -> list[Piece]:
    """Cut a compiled text at its places, once per bulletin."""
    pieces: list[Piece] = []
    fixed, end = "", 0
    for found in _COMPILED.finditer(compiled):
        fixed += compiled[end : found.start()]
        end = found.end()
        if found[2] == "braces":
            fixed += "{{"
            continue
        fallback = found[3] or ""
        if found[2] == "salutation":
            fallback = fallback or READER.get(language, READER["en"])
        pieces += [fixed, Place(found[2], fallback, in_url=bool(found[1]))]
        fixed = ""
    pieces.append(fixed + compiled[end:])
    return pieces


def fill(pieces: Iterable[Piece], values: Mapping[str, str], kind: Kind) -> str:
    """The text for one person."""
    return "".join(
        piece if isinstance(piece, str) else piece.fill(values, kind)
        for piece in pieces
    )


def known(values: Mapping[str, str], email: str) -> dict[str, str]:
    """What is known of a person, by field, each on one line and safe in a header.

    Raises BrokenValue where a value is no text.
    """
    try:
        clean = {field: _clean(values.get(field) or "") for field in _OF_A_PERSON}
    except AttributeError:
        raise BrokenValue("what is kept of this reader is no text") from None
    parts = (clean["first_name"], clean["infix"], clean["last_name"])
    clean["name"] = clean["name"] or " ".join(part for part in parts if part)
    clean["salutation"] = clean["salutation"] or clean["name"]
    clean["email"] = _clean(email)
    return clean


def _clean(value: str) -> str:
    if not value or value.isalnum():
        return value  # most are: a short way for what is done for every recipient
    # JSON can carry half a surrogate pair, which no encoding can.
    return one_line(value.encode(errors="replace").decode())


def _close_braces(tag: re.Match[str]) -> str:
    """The tag with its braces as references: no place begins or ends inside a tag."""
    return tag[0].replace("{", "&#123;").replace("}", "&#125;")

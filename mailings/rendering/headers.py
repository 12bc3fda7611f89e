"""Header fields on the wire: encoded words, quoting and folding of our own.

The email package and Django break RFC 2047 section 2 (facts: words of 78 and 90
characters) and encode a List-Id's brackets away, so this is written out here.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote
from uuid import UUID

from senders.text import one_line

_LINE = 76
# With the longest header name before it, an encoded word stays under 76 (RFC 2047
# section 2), and itself under 75.
_WORD = 60
_ATOM = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
)
# The letters that may stand for themselves in a phrase (RFC 2047 section 5, rule 3).
_PLAIN = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
)
_DOT_ATOM = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def field(name: str, parts: Iterable[str]) -> bytes:
    """One header field with its CR LF; it folds between parts, never inside one.

    Raises ValueError for a part that would begin a line of its own.
    """
    lines, line = [], f"{name}:"
    for part in parts:
        if not part.isprintable():
            raise ValueError(f"{name} holds a control character.")
        # The first part stays beside the name: a line of white space is no field.
        if len(line) + 1 + len(part) > _LINE and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {part}"
    return "\r\n".join([*lines, line, ""]).encode("ascii")


def text(value: str) -> list[str]:
    """Unstructured text, like a Subject's, as parts."""
    value = one_line(value)
    if not value:
        return []
    return value.split(" ") if _may_stand_bare(value) else _words(value)


def phrase(value: str) -> list[str]:
    """A display name as parts: bare, in quotes, or in encoded words."""
    value = one_line(value)
    if not value:
        return []
    if len(value) > _WORD or not _may_stand_bare(value):
        return _words(value)
    if _ATOM.fullmatch(value):
        return [value]
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def mailbox(name: str, address: str) -> list[str]:
    """A name and an address in ASCII as parts; the address is never encoded."""
    named = phrase(name)
    return [*named, f"<{address}>"] if named else [address]


def parts_of(value: str) -> list[str]:
    """A value that is safe on the wire already, cut where it may fold."""
    return value.split(" ")


def shown(name: str, address: str) -> str:
    """The mailbox as a transport that takes fields wants it: unfolded, unencoded."""
    clean = one_line(name)
    if not clean:
        return address
    escaped = clean.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>'


def list_id(name: str, slug: str, host: str) -> str:
    """`Name <slug.host>` of RFC 2919, with only the name encoded."""
    suffix = host if _DOT_ATOM.fullmatch(host) else "localhost"
    return " ".join([*phrase(name), f"<{slug}.{suffix}>"])


def mailto(address: str, *, subject: str = "") -> str:
    """`<mailto:…>` as in RFC 2369."""
    query = f"?subject={quote(subject)}" if subject else ""
    return f"<mailto:{quote(address, safe='@')}{query}>"


def message_id(token: UUID, key: int | str, address: str) -> str:
    """The same for the same bulletin and key: a second attempt can be recognised."""
    return f"<{token.hex}.{key}@{address.rpartition('@')[2]}>"


def _may_stand_bare(value: str) -> bool:
    """Whether no reader could take it for encoded, and each word fits on a line."""
    return (
        value.isascii()
        and "=?" not in value
        and all(len(word) <= _WORD for word in value.split(" "))
    )


def _words(value: str) -> list[str]:
    """Encoded words, each whole in itself: no character is cut in two."""
    return [_word(chunk) for chunk in _chunks(value)]


def _chunks(value: str) -> Iterator[str]:
    room = _WORD - len("=?utf-8?b??=")
    chunk, length = "", 0
    for character in value:
        size = len(character.encode())
        if (length + size + 2) // 3 * 4 > room:
            yield chunk
            chunk, length = "", 0
        chunk += character
        length += size
    yield chunk


def _word(chunk: str) -> str:
    raw = chunk.encode()
    readable = "".join(
        "_" if byte == 0x20 else chr(byte) if byte in _PLAIN else f"={byte:02X}"
        for byte in raw
    )
    packed = base64.b64encode(raw).decode()
    if len(readable) <= len(packed):
        return f"=?utf-8?q?{readable}?="
    return f"=?utf-8?b?{packed}?="


def fields(pairs: Sequence[tuple[str, str]]) -> bytes:
    """Several fields whose values are safe on the wire already."""
    return b"".join(field(name, parts_of(value)) for name, value in pairs)

"""The heading block that a mail program puts above a mail when it saves or forwards it.

## [the recipient]
---
**Van:** …
**Onderwerp:** …
"""

import re
from dataclasses import dataclass

_FIELDS = {
    "from": ("van", "from", "afzender"),
    "to": ("aan", "to", "cc", "bcc", "beantwoorden", "reply-to", "antwoord aan"),
    "sent": (
        "verzonden",
        "sent",
        "datum",
        "date",
        "bijlage",
        "bijlagen",
        "attachments",
    ),
    "subject": ("onderwerp", "subject"),
}
_FIELD_OF = {name: field for field, names in _FIELDS.items() for name in names}
_NAMES = "|".join(sorted(_FIELD_OF, key=len, reverse=True))
# Bold or not: **Van:** name, **Van**: name, Van: name.
_LINE = re.compile(
    rf"\s{{0,3}}(?:[-*]\s+)?[*_]{{0,3}}({_NAMES})[*_]{{0,3}}\s?:[*_]{{0,3}}\s*(.*)$",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*$")


@dataclass(frozen=True)
class Split:
    """A file's text in two: what its heading block says, and the rest."""

    subject: str  # Markdown; "" without a heading block
    text: str


def split_heading(text: str) -> Split:
    """Take the heading block off, with its title line and its rules."""
    lines = text.split("\n")
    start = _first_field(lines)
    if start is None:
        return Split("", text)
    fields, end = _fields(lines, start)
    titled = any(not _is_idle(line) for line in lines[:start])
    if not _is_heading(fields, titled=titled):
        return Split("", text)
    while end < len(lines) and _is_idle(lines[end]):
        end += 1
    return Split(fields.get("subject", ""), "\n".join(lines[end:]))


def _first_field(lines: list[str]) -> int | None:
    """Where the block starts: at most one line with words may stand above it."""
    words_above = 0
    for number, line in enumerate(lines):
        if _LINE.match(line):
            return number
        words_above += not _is_idle(line)
        if words_above > 1:
            break
    return None


def _fields(lines: list[str], start: int) -> tuple[dict[str, str], int]:
    """What the block says by field, and the number of the line after it."""
    fields: dict[str, str] = {}
    field, end = "", start
    for number, line in enumerate(lines[start:], start):
        if found := _LINE.match(line):
            field = _FIELD_OF[found[1].lower()]
            fields.setdefault(field, found[2].strip())
        elif field and line.startswith((" ", "\t")) and line.strip():
            # A long line folded, as in a mail's own header.
            fields[field] = f"{fields[field]} {line.strip()}"
        elif line.strip():
            break
        else:
            field = ""
            continue
        end = number + 1
    return fields, end


def _is_heading(fields: dict[str, str], *, titled: bool) -> bool:
    # A lone “Subject:” is a heading at the very top, and a part of the text below it.
    return len(fields) > 1 and "from" in fields or "subject" in fields and not titled


def _is_idle(line: str) -> bool:
    return not line.strip() or bool(_RULE.match(line))

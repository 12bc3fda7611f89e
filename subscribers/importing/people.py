"""One row of a file as one person, or the reason why not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from senders.text import UNSAFE
from subscribers.importing.columns import EMAIL, Columns, read_language
from subscribers.keys import address_key
from subscribers.models import Subscriber

_FIELDS = {field.name: field for field in Subscriber._meta.concrete_fields}
# A cell may have several lines; a field of ours is one.
_BLANK = re.compile("[ \t\r\n\xa0\u202f]+")


@dataclass(frozen=True, slots=True)
class Person:
    """What a row says of somebody; empty cells say nothing."""

    email: str
    key: str
    fields: dict[str, str]
    unknown_language: str = ""


class Rejected(Exception):
    """The row is not imported; the message says why."""


def read_person(cells: Sequence[str], columns: Columns) -> Person:
    """The person in this row. Raises Rejected."""
    if any(cell.strip() for cell in cells[columns.width :]):
        raise Rejected(_("The row has more cells than the first row."))
    told = {
        field: cells[place]
        for place, field in columns.fields.items()
        if place < len(cells)
    }
    email = told.pop(EMAIL, "").strip()
    key = _key(email)
    fields = {
        field: text for field, cell in told.items() if (text := _text(field, cell))
    }
    language = fields.pop("language", "")
    spoken = read_language(language)
    if spoken:
        fields["language"] = spoken
    return Person(email, key, fields, "" if spoken else language)


def _key(email: str) -> str:
    if not email:
        raise Rejected(_("The row holds no e-mail address."))
    try:
        return address_key(email)
    except ValidationError as error:
        raise Rejected(" ".join(error.messages)) from None


def _text(field: str, cell: str) -> str:
    text = _BLANK.sub(" ", cell).strip()
    if UNSAFE.search(text):
        raise Rejected(
            _("A cell holds a control character: %(column)s.") % _named(field)
        )
    most = _FIELDS[field].max_length
    # A language comes as a word and is kept as a code.
    if field != "language" and most and len(text) > most:
        raise Rejected(
            _("A value is longer than %(most)d characters: %(column)s.")
            % (_named(field) | {"most": most})
        )
    return text


def _named(field: str) -> dict[str, object]:
    return {"column": _FIELDS[field].verbose_name}

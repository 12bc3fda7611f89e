"""As whom an editor looks at a mail: somebody of its lists, or an invented reader."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from bode.ids import read_id
from mailings.editions import values_of
from subscribers.models import Subscriber

MOST_READERS = 50


@dataclass(frozen=True)
class Reader:
    email: str
    values: dict[str, str] = field(default_factory=dict)


def example_reader(language: str) -> Reader:
    """Nobody: invented, for who has chosen no one, in the language of the mail."""
    with translation.override(language):
        return Reader(
            "noor.wiersma@example.org",
            {
                "salutation": _("Ms Wiersma"),
                "first_name": "Noor",
                "infix": "",
                "last_name": "Wiersma",
                "name": "Noor Wiersma",
                "organisation": _("City of Eikerveld"),
                "function": _("policy adviser"),
            },
        )


def the_reader(chosen: str, people: QuerySet[Subscriber], *, language: str) -> Reader:
    """The chosen one while the mail would reach them, else the invented one."""
    reader_id = read_id(chosen)
    found = reader_id and people.filter(pk=reader_id).first()
    return Reader(found.email, values_of(found)) if found else example_reader(language)


def find_readers(people: QuerySet[Subscriber], words: str) -> list[dict[str, Any]]:
    """Some of the people whom the mail would reach, by address or name."""
    if words := words.replace("\x00", "").strip():
        people = people.filter(
            Q(email__icontains=words)
            | Q(name__icontains=words)
            | Q(last_name__icontains=words)
        )
    return [
        {"id": one.pk, "label": one.display_name or one.email, "email": one.email}
        for one in people.order_by("pk")[:MOST_READERS]
    ]

"""The checks before scheduling: each names the place and the mend."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from mailings.models import Bulletin
from mailings.preflight.audience import check_audience
from mailings.preflight.content import check_placeholders, check_subject, check_text
from mailings.preflight.letter import Letter, read
from mailings.preflight.links import check_images, check_links
from mailings.preflight.places import check_places
from mailings.preflight.problem import Problem, Severity
from mailings.preflight.sender import check_sender
from mailings.preflight.size import check_size
from subscribers.models import MailingList

__all__ = ["Problem", "Severity", "find_problems", "open_problems"]

CHECKS: Sequence[Callable[[Letter], Iterable[Problem]]] = (
    check_subject,
    check_text,
    check_placeholders,
    check_places,
    check_links,
    check_images,
    check_size,
    check_audience,
    check_sender,
)
READING_ORDER = (
    "subject",
    "preheader",
    "headline",
    "body",
    "sender",
    "lists",
    "layout",
)


def find_problems(
    bulletin: Bulletin, *, lists: Iterable[MailingList] | None = None
) -> list[Problem]:
    """Everything that is wrong: errors first, each kind in reading order.

    An unsaved bulletin has no lists of its own yet: give them.
    """
    letter = read(bulletin, lists=list(_lists(bulletin) if lists is None else lists))
    return sorted(_all_problems(letter), key=_place)


def open_problems(
    bulletin: Bulletin, *, lists: Iterable[MailingList] | None = None
) -> list[Problem]:
    """Errors, and the warnings that no editor has ticked off."""
    found = find_problems(bulletin, lists=lists)
    return [
        each for each in found if each.blocks or each.key not in bulletin.ticked_off
    ]


def _lists(bulletin: Bulletin) -> Iterable[MailingList]:
    return bulletin.lists.all() if bulletin.pk else []


def _all_problems(letter: Letter) -> Iterator[Problem]:
    for check in CHECKS:
        yield from check(letter)


def _place(problem: Problem) -> tuple[bool, int, int]:
    return not problem.blocks, READING_ORDER.index(problem.where), problem.at

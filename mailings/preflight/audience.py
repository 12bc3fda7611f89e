"""Whether there is anybody to send to."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailings.audience import recipients
from mailings.preflight.letter import Letter
from mailings.preflight.problem import Problem, error


def check_audience(letter: Letter) -> Iterator[Problem]:
    if not letter.lists:
        yield error(
            "lists_missing", "lists", _("No list is chosen. Choose who gets this.")
        )
    elif not recipients([each.pk for each in letter.lists]).exists():
        message = ngettext(
            "Nobody on the list %(lists)s can be written to. "
            "Choose another, or add subscribers to it.",
            "Nobody on the lists %(lists)s can be written to. "
            "Choose others, or add subscribers to them.",
            len(letter.lists),
        )
        names = ", ".join(f"“{each.name}”" for each in letter.lists)
        yield error("audience_empty", "lists", message % {"lists": names})

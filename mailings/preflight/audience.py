"""Whether there is anybody to send to."""

from collections.abc import Iterator

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailings.audience import recipients
from mailings.models import Bulletin, Delivery
from mailings.preflight.letter import Letter
from mailings.preflight.problem import Problem, error, warning


def check_audience(letter: Letter) -> Iterator[Problem]:
    if letter.bulletin.corrects:
        yield from _check_correction(letter, letter.bulletin.corrects)
    elif not letter.lists:
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


def _check_correction(letter: Letter, earlier: Bulletin) -> Iterator[Problem]:
    """It goes to who got the earlier one: whether anybody did, and all by now."""
    list_ids = [each.pk for each in letter.lists]
    if not recipients(list_ids, corrects_id=earlier.pk).exists():
        yield error(
            "correction_empty",
            "lists",
            _("Nobody who got the earlier bulletin can be written to any more."),
        )
    if earlier.status not in (Bulletin.Status.SENT, Bulletin.Status.CANCELLED):
        yield warning(
            "correction_early",
            "lists",
            _(
                "The earlier bulletin is not done. Whoever gets it after this one "
                "starts does not get the correction."
            ),
        )
    doubtful = earlier.deliveries.filter(status=Delivery.Status.IN_DOUBT).count()
    if doubtful:
        message = ngettext(
            "Of the earlier bulletin %(count)s mail is in doubt. Its reader may have "
            "got it, and does not get the correction.",
            "Of the earlier bulletin %(count)s mails are in doubt. Their readers may "
            "have got it, and do not get the correction.",
            doubtful,
        )
        count = number_format(doubtful, force_grouping=True)
        yield warning("correction_in_doubt", "lists", message % {"count": count})

"""Whether mail programs show the whole letter."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from mailings.editions import compile_edition
from mailings.preflight.letter import Letter
from mailings.preflight.problem import Problem, error, warning
from mailings.rendering.inlining import TooDeep
from senders.addresses import BadAddress

KB = 1024
# Gmail hides what comes after it behind a link to “the entire message”.
LARGEST = 102 * KB


def check_size(letter: Letter) -> Iterator[Problem]:
    try:
        edition = compile_edition(letter.bulletin, lists=letter.lists)
    except BadAddress:
        return  # what is wrong with the sender is said by its own check
    except TooDeep:
        yield _too_deep()
        return
    size = len(edition.html.encode())
    if size > LARGEST:
        yield _too_large(size)


def _too_large(size: int) -> Problem:
    return warning(
        "html_size",
        "body",
        _(
            "The mail is %(size)d KB large, and Gmail cuts it off after %(most)d KB. "
            "Make it shorter, and link to the rest."
        )
        % {"size": -(-size // KB), "most": LARGEST // KB},
    )


def _too_deep() -> Problem:
    return error(
        "body_too_deep",
        "body",
        _(
            "Tables, lists or quotes stand too deep inside each other. "
            "Take some of them apart."
        ),
    )

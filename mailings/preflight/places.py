"""The personal places: whether each is whole, and one that we know."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from django.utils.translation import gettext as _

from mailings.preflight.letter import Letter, Passage
from mailings.preflight.problem import Problem, error
from mailings.rendering import merge

# Whatever stands in two braces on each side, ours or not.
PLACE = re.compile(r"\{\{([^{}]*)\}\}")
# What editors write who do not have our names at hand.
ALSO_CALLED = {
    "aanhef": "salutation",
    "voornaam": "first_name",
    "firstname": "first_name",
    "fname": "first_name",
    "tussenvoegsel": "infix",
    "achternaam": "last_name",
    "lastname": "last_name",
    "lname": "last_name",
    "surname": "last_name",
    "naam": "name",
    "full_name": "name",
    "e-mail": "email",
    "e-mailadres": "email",
    "organisatie": "organisation",
    "organization": "organisation",
    "functie": "function",
    "afmeldlink": "unsubscribe_url",
    "unsubscribe": "unsubscribe_url",
}


def check_places(letter: Letter) -> Iterator[Problem]:
    for passage in letter.passages:
        yield from _split(passage)
        yield from _broken(passage)
        for match in PLACE.finditer(passage.text):
            yield from _unknown(match, passage.where, passage.at(match.start()))
    for link in letter.links:
        for match in PLACE.finditer(link.href):
            yield from _unknown(match, "body", link.at)


def _unknown(match: re.Match[str], where: str, at: int) -> Iterator[Problem]:
    if merge.PLACE.fullmatch(match[0]):
        return
    name = match[1].partition("|")[0].strip()
    message = _("“%(place)s” is no field. %(mend)s The fields are: %(fields)s.")
    values = {"place": match[0], "mend": _mend(name), "fields": ", ".join(merge.FIELDS)}
    yield error("merge_unknown", where, message % values, quote=match[0], at=at)


def _mend(name: str) -> str:
    if meant := _meant(name.lower().replace(" ", "_")):
        return _("Write {{ %(field)s }}.") % {"field": meant}
    return _("Choose one that is.")


@lru_cache(maxsize=256)
def _meant(name: str) -> str:
    close = get_close_matches(name, merge.FIELDS, n=1, cutoff=0.8)
    return ALSO_CALLED.get(name) or next(iter(close), "")


def _split(passage: Passage) -> Iterator[Problem]:
    whole = {match[0] for piece in passage.pieces for match in PLACE.finditer(piece)}
    for match in PLACE.finditer(passage.text):
        if match[0] not in whole:
            yield error(
                "merge_split",
                passage.where,
                _(
                    "“%(place)s” is cut in two by bold, a link or another change of "
                    "style. Type it again in one go."
                )
                % {"place": " ".join(match[0].split())},
                quote=match[0],
                at=passage.at(match.start()),
            )


def _broken(passage: Passage) -> Iterator[Problem]:
    rest = PLACE.sub(lambda match: "\n" * len(match[0]), passage.text)
    for match in re.finditer(r"\{{2,}[^{}\n]{0,40}|[^{}\n]{0,40}\}{2,}", rest):
        yield error(
            "merge_broken",
            passage.where,
            _(
                "“%(words)s” is half a field. Write it whole, like {{ name }}, "
                "or take out the braces."
            )
            % {"words": match[0].strip()},
            quote=match[0].strip(),
            at=passage.at(match.start()),
        )

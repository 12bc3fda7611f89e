"""What must be written, and what must not have been left standing."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from mailings.preflight.letter import Letter
from mailings.preflight.placeholders import find_placeholders
from mailings.preflight.problem import Problem, error, warning


def check_subject(letter: Letter) -> Iterator[Problem]:
    if not letter.bulletin.subject.strip():
        yield error(
            "subject_missing",
            "subject",
            _("There is no subject. Say in a few words what this is about."),
        )


def check_text(letter: Letter) -> Iterator[Problem]:
    if letter.has_words:
        return
    if letter.images:
        yield warning(
            "image_only",
            "body",
            _(
                "There are images and no text. Who does not see images reads nothing: "
                "write the message in words too."
            ),
        )
    else:
        yield error("body_missing", "body", _("There is no text. Write the message."))


def check_placeholders(letter: Letter) -> Iterator[Problem]:
    for passage in letter.passages:
        for start, words in find_placeholders(passage.text):
            yield error(
                "placeholder",
                passage.where,
                _(
                    "“%(words)s” was left standing. Write what belongs there, "
                    "or take it out."
                )
                % {"words": " ".join(words.split())},
                quote=words,
                at=passage.at(start),
            )

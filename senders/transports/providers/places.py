"""Texts in a provider's own syntax: our places, and what only looks like one."""

import re
import secrets
from collections.abc import Sequence

from senders.transports.base import Message
from senders.transports.providers.facts import Merge

Pieces = Sequence[str | int]  # as in a Frame


class Sheet:
    """The texts of one call, and the values that go with each reader.

    A value is put in under a key that nobody can guess, so no value can name another;
    and what the provider would take for its own syntax is put in as a value too, so
    that it stays what it is.
    """

    def __init__(self, merge: Merge) -> None:
        self._merge = merge
        self._mark = f"q{secrets.token_hex(5)}"
        self._guarded: dict[str, str] = {}  # what looks like syntax: its key

    def text(self, pieces: Pieces) -> str:
        return self._written(pieces, self._merge.text_place)

    def html(self, pieces: Pieces) -> str:
        return self._written(pieces, self._merge.html_place)

    def subject(self, subject: str | None) -> str:
        """The subject of all, or the place of each reader's own."""
        if subject is None:
            return self._merge.text_place.format(self._subject_key)
        return self._guard(subject, self._merge.text_place)

    def values_of(self, message: Message, *, framed: bool) -> dict[str, str]:
        """What is put in for this reader, by key."""
        own = message.values if framed else ()
        return {
            **{self._key(number): value for number, value in enumerate(own)},
            **self.guarded(),
            self._subject_key: message.subject,
        }

    def whole(self, text: str) -> str:
        """A text that needs no place, but may look as if it had one."""
        return self._guard(text, self._merge.guard)

    def guarded(self) -> dict[str, str]:
        return {key: found for found, key in self._guarded.items()}

    @property
    def _subject_key(self) -> str:
        return f"{self._mark}s"

    def _key(self, number: int) -> str:
        return f"{self._mark}v{number}"

    def _written(self, pieces: Pieces, place: str) -> str:
        return "".join(
            place.format(self._key(piece))
            if isinstance(piece, int)
            else self._guard(piece, place)
            for piece in pieces
        )

    def _guard(self, text: str, place: str) -> str:
        def as_value(found: re.Match[str]) -> str:
            key = f"{self._mark}g{len(self._guarded)}"
            return place.format(self._guarded.setdefault(found[0], key))

        syntax = self._merge.syntax
        return syntax.sub(as_value, text) if syntax and place else text


def filled(pieces: Pieces, values: Sequence[str]) -> str:
    return "".join(
        [values[piece] if isinstance(piece, int) else piece for piece in pieces]
    )


def tamed(text: str, merge: Merge | None) -> str:
    """A name or a header without what the provider would take for its own syntax.

    There it cannot be put in as a value; and nobody is called that.
    """
    syntax = merge.syntax if merge else None
    return syntax.sub("", text) if syntax else text


def tamed_mailbox(mailbox: str, merge: Merge | None) -> str:
    """`"Name" <address>` with a tame name; the address stays as it is."""
    name, opened, address = mailbox.rpartition(" <")
    return f"{tamed(name, merge)}{opened}{address}"

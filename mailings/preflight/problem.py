"""What a check found: one sentence about one place, with the mend."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

# Not the dot inside a quotation: “See art. 5 of the law”.
_SENTENCE_END = re.compile("[.] (?![^“‘]*[”’])")


class Severity(StrEnum):
    ERROR = "error"  # blocks
    WARNING = "warning"  # to be ticked off


@dataclass(frozen=True)
class Problem:
    code: str  # stable, for scripts: "link_empty"
    severity: Severity
    where: str  # the field: "subject", "body", "sender", "lists" …
    message: str  # says what is wrong, and how to mend it
    quote: str = ""  # the words in the text that it is about, to jump to
    at: int = field(default=0, compare=False)  # how far into the body, to sort by

    @property
    def key(self) -> str:
        """By which an editor's tick is remembered."""
        return f"{self.code}:{self.where}:{self.quote}"

    @property
    def title(self) -> str:
        """The message's first sentence: what is wrong."""
        return _SENTENCE_END.split(self.message, maxsplit=1)[0].rstrip(".")

    @property
    def mend(self) -> str:
        """The rest of the message."""
        return self.message[len(self.title) :].lstrip(". ")

    @property
    def blocks(self) -> bool:
        return self.severity == Severity.ERROR


def error(
    code: str, where: str, message: str, *, quote: str = "", at: int = 0
) -> Problem:
    return Problem(code, Severity.ERROR, where, message, quote, at)


def warning(
    code: str, where: str, message: str, *, quote: str = "", at: int = 0
) -> Problem:
    return Problem(code, Severity.WARNING, where, message, quote, at)

"""What a check of this installation found: a sentence, and how bad it is."""

from dataclasses import dataclass
from enum import StrEnum

from senders.text import one_line


class Severity(StrEnum):
    OK = "ok"
    WARNING = "warning"  # mail leaves, but somebody should look
    ERROR = "error"  # something does not work, or mail will be refused


@dataclass(frozen=True)
class Finding:
    check: str  # what was looked at, for scripts: "database", "spf" …
    severity: Severity
    message: str  # what is so, and what to do about it

    def __post_init__(self) -> None:
        # DNS and servers are quoted in it: what they say stays on one line, and tells
        # a terminal nothing.
        object.__setattr__(self, "message", one_line(self.message))


def ok(check: str, message: str) -> Finding:
    return Finding(check, Severity.OK, message)


def warning(check: str, message: str) -> Finding:
    return Finding(check, Severity.WARNING, message)


def error(check: str, message: str) -> Finding:
    return Finding(check, Severity.ERROR, message)

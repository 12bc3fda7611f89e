"""What a check found: one sentence about one place, with the mend."""

from dataclasses import dataclass
from enum import StrEnum


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

    @property
    def key(self) -> str:
        """By which an editor's tick is remembered."""
        return f"{self.code}:{self.where}:{self.quote}"

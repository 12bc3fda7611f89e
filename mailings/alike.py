"""When one answer comes again and again, it is about the mail and not the address."""

import re

from senders.transports.base import Kind, Verdict

TOO_MANY = 20
# For how many the one answer to a whole batch counts: three in a row are enough, and
# one is not.
A_BATCH = 7
# Servers put the time and their own number of each message into their answers.
_VARYING = re.compile(r"\S*\d\S*")


class AlikeInARow:
    """Counts answers to the content that are alike, with none taken in between."""

    def __init__(self) -> None:
        self.pattern = ""
        self.count = 0
        self.last: Verdict | None = None
        self.times = 0  # that the last verdict came: the same one is one answer

    def too_many(self, verdict: Verdict) -> bool:
        """Count this one in; True from the twentieth alike."""
        self.times = self.times + 1 if verdict is self.last else 1
        self.last = verdict
        if verdict.kind is Kind.SENT:
            self.count = 0
        elif self.times <= A_BATCH and _counts(verdict):
            pattern = verdict.reason[:3] + _VARYING.sub("#", verdict.reason)
            self.count = self.count + 1 if pattern == self.pattern else 1
            self.pattern = pattern
        return self.count >= TOO_MANY


def _counts(verdict: Verdict) -> bool:
    return verdict.kind is Kind.IN_DOUBT or verdict.after_body

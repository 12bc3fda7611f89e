"""When one answer comes again and again, it is about the mail and not the address."""

import re

from senders.transports.base import Kind, Verdict

TOO_MANY = 20
# Servers put the time and their own number of each message into their answers.
_VARYING = re.compile(r"\S*\d\S*")


class AlikeInARow:
    """Counts answers to the content that are alike, with none taken in between."""

    def __init__(self) -> None:
        self.pattern = ""
        self.count = 0

    def too_many(self, verdict: Verdict) -> bool:
        """Count this one in; True from the twentieth alike."""
        if verdict.kind is Kind.SENT:
            self.count = 0
        elif verdict.kind is Kind.IN_DOUBT or verdict.after_body:
            pattern = verdict.reason[:3] + _VARYING.sub("#", verdict.reason)
            self.count = self.count + 1 if pattern == self.pattern else 1
            self.pattern = pattern
        return self.count >= TOO_MANY

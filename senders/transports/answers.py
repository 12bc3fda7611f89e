"""What an SMTP server's answer means for one message. Pure: codes and texts only."""

import re
from dataclasses import dataclass
from enum import Enum

from senders.text import one_line
from senders.transports.base import Kind, Verdict

LONGEST_REASON = 500
_ENHANCED = re.compile(r"5\.7\.(\d{1,3})\b")  # RFC 3463
# "Authenticate first" and its kin (RFC 4954 section 6) speak of us, wherever they come.
ABOUT_LOGIN = {530, 534, 535, 538}


class Stage(Enum):
    """How far a message had come when the server answered."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"  # before the body
    BODY = "BODY"  # after the final dot


@dataclass(frozen=True)
class Reply:
    """One answer of a server; code 0 where it was none that SMTP knows."""

    code: int
    text: str

    @property
    def reason(self) -> str:
        """Code and text on one line, cleaned and cut."""
        said = one_line(self.text)
        return f"{self.code} {said}".strip()[:LONGEST_REASON] if self.code else said

    @property
    def is_good(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_final(self) -> bool:
        return 500 <= self.code < 600


def judge(stage: Stage, reply: Reply) -> Verdict:
    """The verdict on a message, from the answer that ended it at this stage."""
    if reply.is_good and stage is Stage.BODY:
        return Verdict(Kind.SENT, reply.reason)
    if 400 <= reply.code < 500:
        at_recipient = stage in (Stage.RCPT, Stage.BODY) and not _about_server(reply)
        return Verdict(Kind.BUSY, reply.reason, at_recipient=at_recipient)
    if reply.is_final:
        return _final(stage, reply)
    reason = f"the server's answer makes no sense: {reply.reason}"[:LONGEST_REASON]
    return Verdict(Kind.IN_DOUBT if stage is Stage.BODY else Kind.BUSY, reason)


def is_about_us(reply: Reply) -> bool:
    """Answers about our domain, key or login; they say nothing about the address.

    5.7.9 and 5.7.20 to 5.7.30 are authentication of domain and login (IANA registry
    of enhanced codes), 5.7.5xx is what Exchange Online says to senders it blocks.
    """
    found = _ENHANCED.match(reply.text.lstrip())
    detail = int(found[1]) if found else 0
    named = detail == 9 or 20 <= detail <= 30 or 500 <= detail <= 599
    return reply.code in ABOUT_LOGIN or (reply.is_final and named)


def _about_server(reply: Reply) -> bool:
    """It closes the connection, or (RFC 3463, 4.3.x) its own mail system is in need."""
    return reply.code == 421 or reply.text.lstrip().startswith("4.3.")


def _final(stage: Stage, reply: Reply) -> Verdict:
    if stage is Stage.MAIL or is_about_us(reply):
        return Verdict(Kind.BROKEN, reply.reason)
    late = stage in (Stage.DATA, Stage.BODY)
    return Verdict(Kind.REFUSED, reply.reason, after_body=late)

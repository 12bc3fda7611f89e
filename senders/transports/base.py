"""What every transport shares: the message, the verdict, the three kinds of error."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, eq=False)
class Frame:
    """What all messages of a bulletin share: their two parts, cut at the places.

    A string stands for itself, a number for that one of a message's `values`. Messages
    with the same Frame differ in their recipient, subject, Message-ID, leave link and
    values, and in nothing else.
    """

    text: tuple[str | int, ...]
    html: tuple[str | int, ...]


@dataclass(frozen=True)
class Message:
    """One mail to one person, ready to leave.

    `content` are the bytes that an SMTP relay gets, with CR LF line ends and without
    dot-stuffing; the other fields say the same for a transport that takes parts.
    """

    key: int  # the delivery's id: providers carry it back as metadata
    mail_from: str
    recipient: str  # the bare address, in ASCII
    content: bytes
    subject: str
    from_header: str
    to_header: str
    reply_to: str
    headers: tuple[tuple[str, str], ...] = ()  # all the others, unfolded, unencoded
    text: str = ""
    html: str = ""
    # For a provider who fills in the places: `text` and `html` are `frame` with these,
    # each escaped already for where it stands.
    frame: Frame | None = None
    values: tuple[str, ...] = ()


class Kind(Enum):
    """What became of one message that a transport was given."""

    SENT = "sent"
    REFUSED = "refused"  # this address, final
    BUSY = "busy"  # later
    BROKEN = "broken"  # about us and not about the address: certainly not taken
    IN_DOUBT = "in_doubt"  # cut after the body, so nobody knows


@dataclass(frozen=True)
class Verdict:
    """A transport's answer for one message."""

    kind: Kind
    reason: str = ""  # the server's code and text
    retry_after: int | None = None  # seconds, where the server named them
    after_body: bool = False  # a refusal of the content: alike ones pause the bulletin
    at_recipient: bool = False  # "not now" to this one: many let its domain rest
    provider_id: str = field(default="", compare=False)


class TransportError(Exception):
    """What goes wrong with a transport as a whole; its text is the server's answer."""


class Busy(TransportError):
    """Not now: try again later."""

    def __init__(self, reason: str, *, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Broken(TransportError):
    """Nothing leaves until somebody mends it: the bulletin pauses."""


class Stopped(TransportError):
    """The worker is asked to stop, and there is no connection yet."""


class Transport(Protocol):
    """Hands messages over. Used by one thread at a time."""

    name: str  # of its row in the pace table
    most: int  # that it ever takes at once

    def connect(self, wanted: int) -> int:
        """Be ready for up to `wanted` messages at once, and return for how many.

        Waits up to 30 s for a server that does not answer. Raises Broken where none
        can be had, Busy where the server says "not now", and Stopped.
        """
        ...

    def hand_over(self, messages: Sequence[Message]) -> list[Verdict]:
        """Hand over a group, and return one verdict for each message, in order.

        Takes no longer than the lease; raises nothing.
        """
        ...

    def close(self) -> None:
        """End the connections politely."""
        ...

"""A group's messages, made from its edition: one that cannot be made fails alone."""

from collections.abc import Sequence

from mailings.editions import Press
from mailings.models import Delivery
from senders.text import one_line
from senders.transports.base import Kind, Message, Verdict

MOST = 20  # kept at once, so that memory has a bound


class CannotMake(Exception):
    """Not one mail but the whole edition: nothing of it may be tried."""


class Presses:
    """The editions that go out just now, each compiled once."""

    def __init__(self) -> None:
        self.kept: dict[int, Press] = {}

    def make(self, group: Sequence[Delivery]) -> dict[int, Message | Verdict]:
        """Each delivery's message by its id, or why it cannot be made.

        Raises CannotMake where it is the edition's fault.
        """
        try:
            return {row.pk: _made(self._press_for(row), row) for row in group}
        except Exception as error:
            reason = f"the bulletin cannot be made: {_named(error)}"
            raise CannotMake(reason) from error

    def _press_for(self, delivery: Delivery) -> Press:
        if delivery.edition_id not in self.kept:
            if len(self.kept) >= MOST:
                self.kept.clear()
            press = Press(delivery.edition, delivery.bulletin)
            self.kept[delivery.edition_id] = press
        return self.kept[delivery.edition_id]


def _made(press: Press, delivery: Delivery) -> Message | Verdict:
    try:
        return press.message_for(delivery)
    except Exception as error:
        # Whatever it is, it concerns one mail; many alike pause the bulletin.
        reason = f"the mail cannot be made: {_named(error)}"
        return Verdict(Kind.REFUSED, reason, after_body=True)


def _named(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}")[:400]

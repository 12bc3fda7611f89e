"""Messages handed over by the transport itself, as a worker does it."""

from senders.transports.base import Kind
from tests.providers.mails import messages_to

SENT, REFUSED, BUSY = Kind.SENT, Kind.REFUSED, Kind.BUSY
BROKEN, IN_DOUBT = Kind.BROKEN, Kind.IN_DOUBT


def readers(count):
    return messages_to(*[f"Lezer {number}" for number in range(count)])


def kinds(verdicts):
    return [verdict.kind for verdict in verdicts]

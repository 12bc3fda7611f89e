"""That a sender is alive, and that it gets something done: a row for each process."""

import os
import platform
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.db.models.functions import Now

from mailings.models import Pulse

EVERY = 5.0  # seconds between two writes of one process
ALIVE = timedelta(minutes=2)  # who was seen within this is alive
KEPT = timedelta(days=1)


@dataclass
class Own:
    """What this process wrote, and what it is still to write."""

    name: str = ""  # one that was forked off has another than its parent
    written: float = 0.0  # on the monotonic clock
    sent: int = 0
    worked: bool = False


own = Own()


def beat() -> None:
    """Write down that this process is alive: call it often, it writes now and then.

    Raises what the database raises; the next call tries again.
    """
    name = _name()
    if name != own.name:
        _begin(name)
    elif time.monotonic() - own.written < EVERY:
        return
    changes = {"worked_at": Now()} if own.worked else {}
    if not Pulse.objects.filter(pk=name).update(
        seen_at=Now(), sent=own.sent, **changes
    ):
        _begin(name)
    own.written, own.worked = time.monotonic(), False


def note_work(*, sent: int) -> None:
    """Keep in mind that answers came, `sent` of them good ones, for the next beat."""
    own.sent += sent
    own.worked = True


def last_seen() -> datetime | None:
    """When any sender was last seen, by the database's clock."""
    return Pulse.objects.aggregate(seen=Max("seen_at"))["seen"]


def is_alive() -> bool:
    """Whether a sender was seen within two minutes."""
    return Pulse.objects.filter(seen_at__gte=Now() - ALIVE).exists()


def _begin(name: str) -> None:
    """Begin a row for this process, also where an earlier one had the same name."""
    Pulse.objects.filter(seen_at__lt=Now() - KEPT).delete()
    Pulse.objects.bulk_create(
        [Pulse(name=name)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["started_at", "seen_at", "worked_at", "sent"],
    )
    own.name = name


def _name() -> str:
    return f"{platform.node()[:100]}:{os.getpid()}"

"""How far a bulletin is. Counted from the ledger, never from a worker's memory."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from mailings.models import Bulletin, Delivery

Status = Delivery.Status


@dataclass(frozen=True)
class Progress:
    """A bulletin's counts, for a page that asks again and again."""

    totals: dict[str, int]  # status -> how many; every status is there
    rate: float  # handled a second, 0 before the first
    seconds_left: int | None  # None: not sending, or not known yet

    @property
    def audience(self) -> int:
        return sum(self.totals.values())

    @property
    def open(self) -> int:
        """How many may still move by themselves."""
        return sum(self.totals[status] for status in Delivery.OPEN)

    @property
    def handled(self) -> int:
        return self.audience - self.open

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all; 0 without an audience."""
        return 100 * self.handled // self.audience if self.audience else 0


def totals(bulletin: Bulletin) -> dict[str, int]:
    """How many deliveries are in each status; together they are the audience."""
    counted = dict(
        Delivery.objects.filter(bulletin=bulletin)
        .order_by()
        .values_list("status")
        .annotate(count=Count("*"))  # not of the key: the index alone tells
    )
    return {status.value: counted.get(status.value, 0) for status in Status}


def progress(bulletin: Bulletin) -> Progress:
    """How far it is, and how long it will still take at this rate."""
    counted = Progress(totals(bulletin), rate=0.0, seconds_left=None)
    rate = _rate(bulletin, handled=counted.handled)
    sending = bulletin.status == Bulletin.Status.SENDING
    left = round(counted.open / rate) if sending and rate else None
    return Progress(counted.totals, rate=rate, seconds_left=left)


def _rate(bulletin: Bulletin, *, handled: int) -> float:
    """Deliveries a second since the start; never above the pace."""
    if not bulletin.started_at or not handled:
        return 0.0
    until = bulletin.finished_at or timezone.now()
    rate = handled / max((until - bulletin.started_at).total_seconds(), 1.0)
    return min(rate, settings.PACE) if settings.PACE else rate

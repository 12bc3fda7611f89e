"""How far a bulletin is. Counted from the ledger, never from a worker's memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import Now
from django.utils import timezone

from mailings.models import Bulletin, Delivery, Slowdown, Tally

Status = Delivery.Status
# A page that lists domains names the largest, and no more than so many slow ones.
DOMAINS, SLOW_DOMAINS = 8, 8
MOST_SLOWDOWNS = 200  # looked at


@dataclass(frozen=True)
class Progress:
    """A bulletin's counts, for a page that asks again and again."""

    totals: dict[str, int]  # status -> how many; every status is there
    rate: float  # handled a second in this run, 0 before the first
    seconds_left: int | None  # None: not sending, not known yet, or only later again
    next_try: datetime | None = None  # of the first that was put off; None: any moment

    @property
    def audience(self) -> int:
        return sum(self.totals.values())

    @property
    def open(self) -> int:
        """How many may still move by themselves."""
        return sum(self.totals[status] for status in Delivery.OPEN)

    @property
    def deferred(self) -> int:
        """How many of the open ones wait for another try."""
        return self.totals[Status.DEFERRED]

    @property
    def handled(self) -> int:
        return self.audience - self.open

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all; 0 without an audience."""
        return 100 * self.handled // self.audience if self.audience else 0


@dataclass(frozen=True)
class DomainFigures:
    """What became of the mail to one domain; of all the others where it is empty."""

    domain: str
    totals: dict[str, int]
    slowed: Slowdown | None = None  # its server is left in peace for a while

    @property
    def audience(self) -> int:
        return sum(self.totals.values())

    @property
    def open(self) -> int:
        return sum(self.totals[status] for status in Delivery.OPEN)


def totals(bulletin: Bulletin) -> dict[str, int]:
    """How many deliveries are in each status; together they are the audience.

    Counts each of them: a page asks for `tallied`.
    """
    return _every_status(
        Delivery.objects.filter(bulletin=bulletin)
        .order_by()
        .values_list("status")
        .annotate(count=Count("*"))  # not of the key: the index alone tells
    )


def tallied(bulletins: Iterable[Bulletin]) -> dict[int, dict[str, int]]:
    """Bulletin id -> its totals, at the price of a few rows for each.

    What a worker has in hand counts as queued.
    """
    wanted = [bulletin.pk for bulletin in bulletins]
    found: dict[int, list[tuple[str, int]]] = {pk: [] for pk in wanted}
    sums = Tally.objects.filter(bulletin__in=wanted).order_by()
    for pk, status, count in sums.values_list("bulletin", "status").annotate(
        sum=Sum("count")
    ):
        found[pk].append((status, count))
    return {pk: _every_status(counts) for pk, counts in found.items()}


def progress(bulletin: Bulletin) -> Progress:
    """How far it is, and how long it will still take at this rate."""
    return progress_of([bulletin])[bulletin.pk]


def progress_of(bulletins: Sequence[Bulletin]) -> dict[int, Progress]:
    """Bulletin id -> how far it is, for all of them in one question."""
    counted = tallied(bulletins)
    return {one.pk: _progress(one, counted[one.pk]) for one in bulletins}


def by_domain(bulletin: Bulletin, *, totals: Mapping[str, int]) -> list[DomainFigures]:
    """The largest domains, those that are slow just now, and all others as one.

    `totals` are those of the whole, as just told by `progress`.
    """
    counts = {str(status): Sum("count", filter=Q(status=status)) for status in Status}
    sums = (
        Tally.objects.of(bulletin)
        .exclude(domain="")  # whoever was erased is among the others
        .order_by()
        .values("domain")
        .annotate(audience=Sum("count"), **counts)
        .filter(audience__gt=0)
    )
    active = Slowdown.objects.active().order_by("domain")[:MOST_SLOWDOWNS]
    slowdowns = {one.domain: one for one in active}
    found = _named(sums.order_by("-audience", "domain")[:DOMAINS], slowdowns)
    if hidden := slowdowns.keys() - {one.domain for one in found}:
        slow = sums.filter(domain__in=hidden).filter(
            Q(queued__gt=0) | Q(deferred__gt=0)
        )
        found += _named(slow.order_by("-audience", "domain")[:SLOW_DOMAINS], slowdowns)
    rest = dict(totals)
    for one in found:
        rest = {status: rest[status] - one.totals[status] for status in rest}
    return [*found, DomainFigures("", rest)] if sum(rest.values()) > 0 else found


def next_try(bulletin: Bulletin) -> datetime | None:
    """When the first of those that were put off is tried again; None: any moment."""
    # In the order of the index of what waits, past what is due at once.
    later = Delivery.objects.waiting().filter(bulletin=bulletin, due_at__gt=Now())
    return later.order_by("due_at", "pk").values_list("due_at", flat=True).first()


def _progress(bulletin: Bulletin, counted: dict[str, int]) -> Progress:
    known = Progress(counted, rate=0.0, seconds_left=None)
    rate = _rate(bulletin, handled=known.handled)
    again = next_try(bulletin) if known.deferred else None
    ready = known.open - known.deferred
    left = None
    if bulletin.status == Bulletin.Status.SENDING and rate and ready:
        left = round(known.open / rate)
        if again:  # it does not end before that
            left = max(left, round((again - timezone.now()).total_seconds()))
    return Progress(counted, rate=rate, seconds_left=left, next_try=again)


def _rate(bulletin: Bulletin, *, handled: int) -> float:
    """Deliveries a second since it last began to go on; never above the pace."""
    since = bulletin.going_since
    handled -= bulletin.handled_before
    if not since or handled <= 0:
        return 0.0
    until = bulletin.finished_at or timezone.now()
    rate = handled / max((until - since).total_seconds(), 1.0)
    return min(rate, settings.PACE) if settings.PACE else rate


def _named(
    sums: Iterable[Mapping[str, Any]], slowdowns: Mapping[str, Slowdown]
) -> list[DomainFigures]:
    return [
        DomainFigures(
            row["domain"],
            {str(status): row[str(status)] or 0 for status in Status},
            slowdowns.get(row["domain"]),
        )
        for row in sums
    ]


def _every_status(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    counted = dict(counts)
    return {status.value: counted.get(status.value, 0) for status in Status}

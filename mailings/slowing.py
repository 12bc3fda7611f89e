"""A domain whose server says "not now" again and again rests; all others go on."""

import itertools
import random
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from mailings.models import Delivery, Slowdown
from mailings.reasons import Reason
from mailings.recording import Answer, back_off, too_old
from senders.addresses import without, without_any
from senders.transports.base import Kind

Status = Delivery.Status
TOO_BUSY = 10  # answers in a row, with no mail taken in between
# Greylisting says "not now" to each address once. For each mail that is taken after a
# rest so many more are tried before the next one; else a list would never be through.
MORE = 4
MOST = TOO_BUSY * MORE**5
KEPT = timedelta(days=1)  # after a rest that no mail ended


class Rests:
    """Which domains rest, and how busy each other one is, as one worker knows it."""

    def __init__(self) -> None:
        # Also those whose rest is over, until a mail to them is taken.
        self.known: dict[str, Slowdown] = {}
        self.resting: set[str] = set()
        self.busy: Counter[str] = Counter()  # answers in a row
        self.allowed: dict[str, int] = {}  # … before another rest, if not TOO_BUSY
        self.begun: dict[str, str] = {}  # domain -> its last answer, to be written
        self.ended: set[str] = set()

    def look(self) -> None:
        """Read what any worker wrote: call it for every slice."""
        self.begun, self.ended = {}, set()
        # In one question: another worker may begin a rest at any moment.
        rows = Slowdown.objects.annotate(rests=Q(until__gt=Now()))
        self.known = {row.domain: row for row in rows}
        self.resting = {row.domain for row in rows if row.rests}

    def note(self, answers: Sequence[Answer]) -> None:
        """Count a group's answers in; what they begin or end is then to be written."""
        self.begun, self.ended = {}, set()
        for answer in answers:
            domain, verdict = answer.delivery.domain, answer.verdict
            if verdict.kind is Kind.SENT:
                self._taken(domain)
            elif verdict.kind is Kind.BUSY and verdict.at_recipient and domain:
                self._not_now(answer)

    def write(self) -> None:
        """Write it down, in the transaction of its answers; safe to do again."""
        # In one order for all workers: nobody waits in a ring.
        for domain in sorted(self.ended | self.begun.keys()):
            if domain in self.ended:
                Slowdown.objects.filter(pk=domain).delete()
            rest = domain in self.begun and _begin(domain, reason=self.begun[domain])
            if rest:
                self.known[domain] = rest
                self.resting.add(domain)

    def split(self, rows: list[Delivery]) -> tuple[list[Delivery], list[Delivery]]:
        """Those to a domain that rests, and all others."""
        if not self.resting:
            return [], rows
        put_off = [row for row in rows if row.domain in self.resting]
        return put_off, [row for row in rows if row.domain not in self.resting]

    def put_off(self, claim: uuid.UUID, rows: Sequence[Delivery]) -> None:
        """Let them wait without a try, each only where it is still this claim's.

        What was put off for too long fails with the server's last answer.
        """
        by_domain = sorted(rows, key=lambda row: row.domain)
        with transaction.atomic():
            for domain, group in itertools.groupby(by_domain, lambda row: row.domain):
                _put_off(claim, [row.pk for row in group], self.known[domain])

    def _taken(self, domain: str) -> None:
        self.busy.pop(domain, None)
        self.begun.pop(domain, None)
        if self.known.pop(domain, None):
            self.resting.discard(domain)
            self.ended.add(domain)
            self.allowed[domain] = 0
        if domain in self.allowed:
            self.allowed[domain] = min(self.allowed[domain] + MORE, MOST)

    def _not_now(self, answer: Answer) -> None:
        domain = answer.delivery.domain
        self.busy[domain] += 1
        if self.busy[domain] < max(self.allowed.get(domain, 0), TOO_BUSY):
            return
        # Others are told of it, and it must not name this one to them.
        said = without(answer.delivery.email, answer.verdict.reason)
        self.begun[domain] = without_any(said)
        self.busy.pop(domain)
        if domain in self.known:
            # One rest after the other, and nothing taken in between.
            self.allowed.pop(domain, None)


def _begin(domain: str, *, reason: str) -> Slowdown | None:
    """Let it rest, twice as long as the last time; not where it rests already.

    None where another worker's mail was taken at this moment, which ends it.
    """
    Slowdown.objects.filter(until__lt=Now() - KEPT).delete()
    last = Slowdown.objects.filter(pk=domain).first()
    times = last.times + 1 if last else 1
    told = {"until": Now() + back_off(times), "reason": reason}
    over = Slowdown.objects.filter(pk=domain, until__lte=Now())
    if not over.update(times=F("times") + 1, **told):
        new = Slowdown(domain=domain, **told)
        Slowdown.objects.bulk_create([new], ignore_conflicts=True)
    return Slowdown.objects.filter(pk=domain).first()


def _put_off(claim: uuid.UUID, ids: Sequence[int], rest: Slowdown) -> None:
    mine = Delivery.objects.filter(pk__in=ids, claim=claim)
    jitter = timedelta(seconds=settings.RETRY_SECONDS * random.random() / 4)
    mine.filter(status=Status.CLAIMED).update(
        status=Status.DEFERRED,
        reason=f"{Reason.RESTS}: {rest.reason}",
        due_at=rest.until + jitter,
        deferred_since=Coalesce(F("deferred_since"), Now()),
        lease_until=None,
        changed_at=Now(),
    )
    mine.filter(too_old(), status=Status.DEFERRED).update(
        status=Status.FAILED, changed_at=Now()
    )

"""What became of each delivery of a group, written down."""

import itertools
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Now

from mailings.models import Delivery
from mailings.reasons import Reason
from senders.addresses import without, without_any
from senders.transports.base import Kind, Verdict

Status = Delivery.Status
LONGEST_BACK_OFF = 3600  # seconds


@dataclass(frozen=True)
class Answer:
    """A delivery that was handed over, and the verdict on it."""

    delivery: Delivery
    verdict: Verdict


def record(claim: uuid.UUID, answers: Sequence[Answer]) -> None:
    """Write every verdict down, each only where the row is still this claim's.

    May run twice: the second time finds the rows moved.
    """
    taken = {
        answer.delivery.pk: answer.verdict.provider_id[:200]
        for answer in answers
        if answer.verdict.kind is Kind.SENT
    }
    if taken:
        _record_sent(claim, taken)
    for answer in answers:
        if answer.delivery.pk not in taken:
            RECORD[answer.verdict.kind](claim, answer)


def back_off(attempt: int, *, retry_after: int | None = None) -> timedelta:
    """How long to wait after this attempt: doubling, with jitter, never too short."""
    wait = min(settings.RETRY_SECONDS * 2 ** min(attempt - 1, 20), LONGEST_BACK_OFF)
    jitter = 1 + random.random() / 4
    return timedelta(
        seconds=max(wait, settings.RETRY_SECONDS, retry_after or 0) * jitter
    )


def too_old() -> Q:
    """Put off for so long that it is given up.

    RFC 5321 section 4.5.4.1 asks for days from a relay; we are the client of one.
    """
    return Q(deferred_since__lt=Now() - timedelta(seconds=settings.RETRY_LIMIT))


def _record_sent(claim: uuid.UUID, taken: Mapping[int, str]) -> None:
    """In one statement, each with the id that the provider gave it, if any."""
    # The one verdict that may come late: it settles a doubt.
    Delivery.objects.filter(
        pk__in=taken, claim=claim, status__in=[Status.SUBMITTING, Status.IN_DOUBT]
    ).update(
        status=Status.SENT,
        reason="",
        sent_at=Now(),
        lease_until=None,
        provider_id=_ids(taken),
    )


def _ids(taken: Mapping[int, str]) -> Value | RawSQL:
    """A provider gives each mail an id of its own, or all of a call the same."""
    found = set(taken.values())
    if len(found) == 1:
        return Value(found.pop())
    # Written out: Case and When cost more than all the rest of a group's commit.
    pairs = itertools.chain.from_iterable(taken.items())
    return RawSQL(f"CASE id {'WHEN %s THEN %s ' * len(taken)}END", tuple(pairs))


def _refused(claim: uuid.UUID, answer: Answer) -> None:
    _move(claim, answer, status=Status.FAILED, reason=_reason(answer))


def _in_doubt(claim: uuid.UUID, answer: Answer) -> None:
    _move(claim, answer, status=Status.IN_DOUBT, reason=_reason(answer))


def _broken(claim: uuid.UUID, answer: Answer) -> None:
    # Certainly not taken, and nothing about this address.
    _move(claim, answer, status=Status.QUEUED, claim=None)


def _busy(claim: uuid.UUID, answer: Answer) -> None:
    attempt = answer.delivery.attempts + 1  # as it was when claimed
    wait = back_off(attempt, retry_after=answer.verdict.retry_after)
    _move(
        claim,
        answer,
        status=Case(
            When(too_old(), then=Value(Status.FAILED)), default=Value(Status.DEFERRED)
        ),
        reason=_reason(answer),
        due_at=Now() + wait,
        deferred_since=Coalesce(F("deferred_since"), Now()),
    )


RECORD: dict[Kind, Callable[[uuid.UUID, Answer], None]] = {
    Kind.REFUSED: _refused,
    Kind.BUSY: _busy,
    Kind.BROKEN: _broken,
    Kind.IN_DOUBT: _in_doubt,
}


def _move(holder: uuid.UUID, answer: Answer, **changes: object) -> None:
    mine = Delivery.objects.filter(
        pk=answer.delivery.pk, claim=holder, status=Status.SUBMITTING
    )
    mine.update(lease_until=None, changed_at=Now(), **changes)


def _reason(answer: Answer) -> Case:
    reason = answer.verdict.reason or Reason.NO_REASON
    # Who was erased while the mail was handed over is not named by its answer.
    nameless = without_any(without(answer.delivery.email, reason))
    return Case(When(email="", then=Value(nameless)), default=Value(reason))

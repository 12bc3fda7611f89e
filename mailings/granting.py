"""Which deliveries a worker holds: claimed under a lease, then granted group by group.

Times are the database's. Every change names the claim, so that a worker who comes
back late changes nothing that is another's by now.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now

from mailings.audience import recipients, why_not
from mailings.models import Bulletin, Delivery
from mailings.models.delivery import DeliveryQuerySet
from subscribers.models import Subscriber

Status = Delivery.Status


@dataclass(frozen=True)
class Claim:
    """A slice of one bulletin that is this worker's until the lease is over."""

    id: uuid.UUID
    bulletin: Bulletin
    rows: list[Delivery]


def lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def claim_slice(bulletin: Bulletin, *, size: int) -> Claim | None:
    """Claim up to `size` deliveries that are due, or None where there are none."""
    claim = Claim(id=uuid.uuid4(), bulletin=bulletin, rows=[])
    with transaction.atomic():
        due = bulletin.deliveries.due().of_a_sending_bulletin()
        # Two workers never meet: SKIP LOCKED, or on SQLite one writer at a time.
        free = due.select_for_update(skip_locked=True)
        claim.rows.extend(free.order_by("due_at", "pk")[:size])
        _rows(claim.rows).update(
            status=Status.CLAIMED, claim=claim.id, lease_until=Now() + lease()
        )
        _share(claim)
    return claim if claim.rows else None


def grant(claim: Claim, group: Sequence[Delivery]) -> tuple[list[Delivery], bool]:
    """Move what may be handed over now to submitting, and return just that.

    Asked in the one statement: is it still ours, does the bulletin still go out, may
    the person still be written to? Who may not is skipped. The second answer is False
    where the rest of the slice is not to be touched: paused, cancelled or not ours.

    Run again after a commit of which nobody knows whether it held, it returns what
    the first run granted.
    """
    mine = _rows(group).filter(claim=claim.id)
    ready = mine.filter(status=Status.CLAIMED)
    wanted = ready.of_a_sending_bulletin().filter(_mailable(group[0]))
    granted = wanted.update(
        status=Status.SUBMITTING,
        attempts=F("attempts") + 1,
        lease_until=Now() + lease(),
    )
    if granted == len(group):
        return list(group), True
    skipped = _skip(ready.filter(~_mailable(group[0])))
    ours = set(mine.filter(status=Status.SUBMITTING).values_list("pk", flat=True))
    return [row for row in group if row.pk in ours], len(ours) + skipped == len(group)


def renew(claim: Claim, group: Sequence[Delivery], *, wait: float) -> None:
    """Keep a group that waits for its turn at the pace."""
    mine = _rows(group).filter(claim=claim.id, status=Status.CLAIMED)
    mine.update(lease_until=Now() + lease() + timedelta(seconds=wait))


def release(claim: Claim) -> None:
    """Give back what is only claimed."""
    mine = Delivery.objects.filter(
        bulletin=claim.bulletin, claim=claim.id, status=Status.CLAIMED
    )
    mine.update(status=Status.QUEUED, lease_until=None, claim=None)


def _share(claim: Claim) -> None:
    """Give the rows their bulletin and their editions, each of them read once."""
    editions = claim.bulletin.editions.in_bulk({row.edition_id for row in claim.rows})
    for row in claim.rows:
        row.bulletin, row.edition = claim.bulletin, editions[row.edition_id]


def _rows(rows: Sequence[Delivery]) -> DeliveryQuerySet:
    return Delivery.objects.filter(pk__in=[row.pk for row in rows])


def _mailable(delivery: Delivery) -> Exists:
    list_ids = delivery.edition.list_ids
    return Exists(recipients(list_ids).filter(pk=OuterRef("subscriber")))


def _skip(rows: "QuerySet[Delivery]") -> int:
    """Skip each with the reason of its own person, and return how many."""
    gone = list(rows)
    for row in gone:
        person = Subscriber.objects.filter(deliveries=row).first()
        Delivery.objects.filter(pk=row.pk, claim=row.claim).update(
            status=Status.SKIPPED,
            reason=why_not(person, row.edition.list_ids),
            lease_until=None,
            changed_at=Now(),
        )
    return len(gone)

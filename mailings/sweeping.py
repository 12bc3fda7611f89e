"""Repair: what a worker that died left behind. Safe to run at any time, by anyone."""

from datetime import timedelta

from django.db.models.functions import Now

from mailings.models import Bulletin, Delivery, Tally
from mailings.reasons import Reason

Status = Delivery.Status
# A cancelled bulletin's last rows come back from workers long before this is over.
LATE = timedelta(days=1)


def sweep() -> None:
    """Take back what was only claimed, and show as in doubt what may have left."""
    over = Delivery.objects.lease_over()
    over.filter(status=Status.CLAIMED).update(
        status=Status.QUEUED, lease_until=None, claim=None
    )
    # The claim stays: a late verdict of its worker settles the doubt.
    over.filter(status=Status.SUBMITTING).update(
        status=Status.IN_DOUBT,
        reason=Reason.STOPPED,
        lease_until=None,
        changed_at=Now(),
    )
    _skip_late_rows_of_cancelled_bulletins()
    Tally.objects.fold()


def _skip_late_rows_of_cancelled_bulletins() -> None:
    """Deferred or given back by a server's answer that came after the cancel."""
    recent = Bulletin.objects.filter(
        status=Bulletin.Status.CANCELLED, finished_at__gte=Now() - LATE
    )
    for bulletin in recent:
        bulletin.deliveries.filter(status__in=Delivery.WAITING).update(
            status=Status.SKIPPED, reason=Reason.CANCELLED, changed_at=Now()
        )

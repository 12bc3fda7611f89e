"""The pace: how many deliveries a second leave by a transport, all workers together."""

from datetime import timedelta

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from senders.models import Pace

# No queue of workers is longer; a clock that was set back cannot make it so.
LONGEST_QUEUE = 100  # groups


def reserve(transport: str, *, count: int, pace: float) -> float:
    """Book the next `count` turns, and return in how many seconds they begin.

    One row decides, by the database's clock; what was not used is not saved up.
    """
    with transaction.atomic():
        Pace.objects.get_or_create(transport=transport, defaults={"next_at": Now()})
        row = (
            Pace.objects.select_for_update()
            .annotate(now=ExpressionWrapper(Now(), output_field=DateTimeField()))
            .get(transport=transport)
        )
        turn = timedelta(seconds=count / pace)
        begin = min(max(row.next_at, row.now), row.now + LONGEST_QUEUE * turn)
        row.next_at = begin + turn
        row.reserved += count
        row.save(update_fields=["next_at", "reserved"])
    return (begin - row.now).total_seconds()

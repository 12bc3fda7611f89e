"""The pace: how many deliveries a second leave by a transport, all workers together."""

from datetime import timedelta

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from senders.models import Pace


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
        begin = max(row.next_at, row.now)
        row.next_at = begin + timedelta(seconds=count / pace)
        row.reserved += count
        row.save(update_fields=["next_at", "reserved"])
    return (begin - row.now).total_seconds()

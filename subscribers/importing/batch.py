"""Some thousands of people at once, in a handful of statements."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from subscribers.importing.people import Person
from subscribers.models import (
    ConsentEvent,
    MailingList,
    Subscriber,
    Subscription,
    Suppression,
)
from subscribers.subscribing import FIELDS

Status = Subscription.Status

# The database makes these rows itself: three times as fast as objects would be. Who
# leaves at this very moment stays away, since only a pending row is ever confirmed.
CONFIRM = """
    INSERT INTO subscribers_subscription
           (subscriber_id, mailing_list_id, status, changed_at)
    SELECT id, %(list)s, 'confirmed', %(now)s
      FROM subscribers_subscriber WHERE address_key IN ({keys})
        ON CONFLICT (subscriber_id, mailing_list_id) DO UPDATE
       SET status = 'confirmed', changed_at = excluded.changed_at
     WHERE subscribers_subscription.status = 'pending'
"""
PROVE = """
    INSERT INTO subscribers_consentevent
           (at, kind, method, address_key, subscriber_id, mailing_list_id, list_name,
            wording, legal_basis, source)
    SELECT %(now)s, 'imported', 'import', address_key, id, %(list)s, %(list_name)s,
           '', %(legal_basis)s, %(source)s
      FROM subscribers_subscriber WHERE address_key IN ({keys})
"""


@dataclass(frozen=True)
class _Known:
    """What the database says of the people of a batch, by address key."""

    subscribers: dict[str, Subscriber]
    statuses: dict[str, str]
    suppressed: set[str]

    def may_join(self, person: Person) -> bool:
        """Nobody comes back through a file, and nobody suppressed comes in."""
        left = self.statuses.get(person.key) == Status.UNSUBSCRIBED
        return not left and person.key not in self.suppressed


def import_batch(
    people: Sequence[Person], mailing_list: MailingList, *, source: str
) -> Counter[str]:
    """Write them, and return how many were added, updated, unchanged and skipped."""
    known = _look_up([person.key for person in people], mailing_list)
    joining = [person for person in people if known.may_join(person)]
    changed = _write_subscribers(joining, known)
    _confirm(
        [
            person.key
            for person in joining
            if known.statuses.get(person.key) != Status.CONFIRMED
        ],
        mailing_list,
        source,
    )
    counts = Counter(
        _became(known.statuses.get(person.key), changed=person.key in changed)
        for person in joining
    )
    counts["skipped"] = len(people) - len(joining)
    return counts


def _became(status: str | None, *, changed: bool) -> str:
    if status is None:
        return "added"
    return "updated" if changed or status == Status.PENDING else "unchanged"


def _look_up(keys: Collection[str], mailing_list: MailingList) -> _Known:
    subscribers = Subscriber.objects.filter(address_key__in=keys)
    statuses = mailing_list.subscriptions.filter(subscriber__address_key__in=keys)
    suppressed = Suppression.objects.filter(address_key__in=keys)
    known = dict(statuses.values_list("subscriber__address_key", "status"))
    unknown = [key for key in keys if key not in known]
    erased = dict.fromkeys(_erased(unknown, mailing_list), Status.UNSUBSCRIBED)
    return _Known(
        {one.address_key: one for one in subscribers},
        erased | known,
        set(suppressed.values_list("address_key", flat=True)),
    )


def _erased(keys: Collection[str], mailing_list: MailingList) -> set[str]:
    """Who left the list last time, or was erased: only the proof still knows it."""
    proof = ConsentEvent.objects.filter(address_key__in=keys, mailing_list=mailing_list)
    last = dict(proof.order_by("pk").values_list("address_key", "kind"))
    return {key for key, kind in last.items() if kind == ConsentEvent.Kind.LEFT}


def _write_subscribers(people: Sequence[Person], known: _Known) -> set[str]:
    """Make the new ones, change the known ones, and return the keys of the changed."""
    new, changed = [], []
    for person in people:
        subscriber = known.subscribers.get(person.key)
        if subscriber is None:
            new.append(
                Subscriber(email=person.email, address_key=person.key, **person.fields)
            )
        elif _change(subscriber, person.fields):
            # Without its id, so that the address key alone decides whom it changes.
            subscriber.pk = None
            changed.append(subscriber)
    # Somebody else may make the same person meanwhile: theirs stays.
    Subscriber.objects.bulk_create(new, ignore_conflicts=True)
    Subscriber.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["address_key"],
        update_fields=FIELDS,
    )
    return {subscriber.address_key for subscriber in changed}


def _change(subscriber: Subscriber, fields: dict[str, str]) -> bool:
    """Put the values on the subscriber; False where it has them all already."""
    before = {field: getattr(subscriber, field) for field in fields}
    for field, value in fields.items():
        setattr(subscriber, field, value)
    return before != fields


def _confirm(keys: Sequence[str], mailing_list: MailingList, source: str) -> None:
    if not keys:
        return
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    named = {"list": mailing_list.pk, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(*_for_keys(CONFIRM, keys, named))
        cursor.execute(
            *_for_keys(
                PROVE,
                keys,
                named
                | {
                    "list_name": mailing_list.name,
                    "legal_basis": mailing_list.legal_basis,
                    "source": source,
                },
            )
        )


def _for_keys(
    sql: str, keys: Sequence[str], named: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The statement with a place for each key, and what goes into every place."""
    values = {f"key{number}": key for number, key in enumerate(keys)}
    return sql.format(keys=", ".join(f"%({name})s" for name in values)), named | values

"""What mailings know of a person, and forget when the person is erased."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Now

from mailings.models import Bulletin, Delivery, Tally
from mailings.reasons import Reason
from senders.addresses import without, without_any
from senders.outbox import forget_mails
from subscribers.models import Subscriber

Status = Delivery.Status
NOT_HANDED_OVER = (*Delivery.WAITING, Status.CLAIMED)


def forget_person(*, subscriber: Subscriber, **_signal: Any) -> None:
    """Empty the person's deliveries, and skip those that were not handed over.

    What became of each stays, and when: the sums of a bulletin do not change. Called
    inside the transaction that erases the person.
    """
    theirs = _deliveries(subscriber)
    _lock_bulletins(theirs)
    theirs.filter(status__in=NOT_HANDED_OVER).update(
        status=Status.SKIPPED,
        reason=Reason.FORGOTTEN,
        claim=None,
        lease_until=None,
        changed_at=Now(),
    )
    emails = dict(theirs.values_list("pk", "email"))
    places = set(theirs.values_list("bulletin_id", "domain"))
    _empty(emails)
    Tally.objects.drop_empty(places)
    # Emptied first: an answer that comes from now on names nobody any more.
    addresses = {subscriber.email, *emails.values()}
    rows = Delivery.objects.filter(pk__in=list(emails))
    _take_out(addresses, Bulletin.objects.filter(deliveries__in=rows))
    _take_out(addresses, rows, also=without_any)
    for address in addresses:
        forget_mails(address)


def _deliveries(person: Subscriber) -> QuerySet[Delivery]:
    """Also those from before the person was deleted and joined anew."""
    before = Q(subscriber=None, address_key=person.address_key)
    return Delivery.objects.filter(Q(subscriber=person) | before)


def _lock_bulletins(deliveries: QuerySet[Delivery]) -> None:
    """Those whose reason may name the person, and is changed later on.

    The bulletin before its deliveries, as everywhere: nobody waits in a ring.
    """
    theirs = Bulletin.objects.filter(pk__in=deliveries.values("bulletin"))
    said = theirs.exclude(reason__in=["", *Reason.values]).order_by("pk")
    list(said.select_for_update().values_list("pk"))


def _empty(delivery_ids: Iterable[int]) -> None:
    number = Cast("pk", output_field=CharField())
    Delivery.objects.filter(pk__in=list(delivery_ids)).update(
        subscriber=None,
        email="",
        values={},
        domain="",
        # Unique in its bulletin, and no key of any address.
        address_key=Concat(Value("erased "), number),
    )


def _take_out(
    addresses: Iterable[str],
    rows: QuerySet[Any],
    *,
    also: Callable[[str], str] = str,
) -> None:
    """Of a mail server's answers; our own reasons name nobody.

    What was said of this person alone may name where their mail goes on to, too.
    """
    for row in rows.exclude(reason__in=["", *Reason.values]):
        reason = row.reason
        for address in addresses:
            reason = without(address, reason)
        reason = also(reason)
        if reason != row.reason:
            row.reason = reason
            row.save(update_fields=["reason"])

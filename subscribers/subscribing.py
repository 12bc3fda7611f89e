"""Who joins a list, who leaves it, who comes back, and the proof of each.

Every change and its consent event are one transaction. Whatever is asked twice
happens once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from subscribers.errors import AddressTaken, HasLeft, IsSuppressed
from subscribers.keys import address_key
from subscribers.models import ConsentEvent, MailingList, Subscriber, Subscription
from subscribers.suppressing import is_suppressed
from subscribers.tokens import Leave

Kind = ConsentEvent.Kind
Method = ConsentEvent.Method
Status = Subscription.Status

# What may be told about a person, besides the address.
FIELDS = (
    "salutation",
    "first_name",
    "infix",
    "last_name",
    "name",
    "organisation",
    "function",
    "language",
)


@transaction.atomic
def subscribe(
    email: str,
    mailing_list: MailingList,
    *,
    method: Method,
    source: str = "",
    wording: str = "",
    fields: Mapping[str, str] | None = None,
    asked_to_come_back: bool = False,
) -> Subscription:
    """Confirm this person on the list, known or new; empty `fields` change nothing.

    Raises ValidationError for a bad address or value, IsSuppressed, and HasLeft
    unless the person `asked_to_come_back`.
    """
    key = address_key(email)
    if is_suppressed(key):
        raise IsSuppressed
    subscriber = _know(email.strip(), key, fields or {})
    subscription, _made = Subscription.objects.get_or_create(
        subscriber=subscriber, mailing_list=mailing_list
    )
    if _move(subscription, Status.CONFIRMED, leaving={Status.PENDING}):
        _record(subscription, Kind.SUBSCRIBED, method, source, wording)
    elif subscription.status == Status.UNSUBSCRIBED:
        if not asked_to_come_back:
            raise HasLeft
        if _move(subscription, Status.CONFIRMED, leaving={Status.UNSUBSCRIBED}):
            _record(subscription, Kind.CAME_BACK, method, source, wording)
    return subscription


@transaction.atomic
def leave(leave: Leave, *, method: Method, source: str = "") -> Leave:
    """Take the person off the lists that the token names.

    Returns what `make_undo_token` wants: the lists that this call left. Somebody who
    is gone already, or a list that is, changes nothing and is no error.
    """
    subscriber = person_of(leave)
    if subscriber is None:
        return replace(leave, list_ids=())
    left = _leave(subscriber, leave.list_ids, method, source)
    return replace(
        leave,
        subscriber_id=subscriber.pk,
        address_key=subscriber.address_key,
        list_ids=tuple(left),
    )


@transaction.atomic
def come_back(undo: Leave, *, method: Method = Method.PAGE, source: str = "") -> bool:
    """Undo a leaving: the person is back on the lists that it left.

    False where nobody can come back: the person or every list is gone, or the address
    is suppressed.
    """
    subscriber = person_of(undo)
    if subscriber is None or is_suppressed(subscriber.address_key):
        return False
    subscriptions = _subscriptions(subscriber, undo.list_ids)
    for subscription in subscriptions:
        if _move(subscription, Status.CONFIRMED, leaving={Status.UNSUBSCRIBED}):
            _record(subscription, Kind.CAME_BACK, method, source)
    return bool(subscriptions)


@transaction.atomic
def unsubscribe(
    subscriber: Subscriber, mailing_list: MailingList, *, source: str = ""
) -> None:
    """An editor takes somebody off a list."""
    _leave(subscriber, [mailing_list.pk], Method.ADMIN, source)


@transaction.atomic
def change_details(
    subscriber: Subscriber, *, email: str | None = None, **fields: str
) -> None:
    """Set what we know of a person; an empty value wipes the old one.

    Raises ValidationError for a bad address or value, and AddressTaken.
    """
    for field in fields.keys() & set(FIELDS):
        setattr(subscriber, field, fields[field])
    if email is not None:
        subscriber.email = email.strip()
        subscriber.address_key = address_key(email)
    subscriber.full_clean(validate_unique=False)
    try:
        with transaction.atomic():
            subscriber.save(update_fields=["email", "address_key", *FIELDS])
    except IntegrityError:
        raise AddressTaken from None


def person_of(leave: Leave) -> Subscriber | None:
    """Whom the token names: by id, else by address key; None where nobody is left."""
    people = Subscriber.objects
    return (
        people.filter(pk=leave.subscriber_id).first()
        or people.filter(address_key=leave.address_key).first()
    )


def _know(email: str, key: str, fields: Mapping[str, str]) -> Subscriber:
    told = {name: value for name, value in fields.items() if value and name in FIELDS}
    new = Subscriber(email=email, address_key=key, **told)
    new.full_clean(validate_unique=False)
    subscriber, added = Subscriber.objects.get_or_create(
        address_key=key, defaults={"email": email, **told}
    )
    if told and not added:
        Subscriber.objects.filter(pk=subscriber.pk).update(**told)
        subscriber.refresh_from_db()
    return subscriber


def _subscriptions(
    subscriber: Subscriber, list_ids: Iterable[int]
) -> list[Subscription]:
    # In one order everywhere, so that two requests at once never wait for each other.
    return list(
        Subscription.objects.filter(
            subscriber=subscriber, mailing_list__in=list(list_ids)
        )
        .select_related("subscriber", "mailing_list")
        .order_by("pk")
    )


def _leave(
    subscriber: Subscriber, list_ids: Iterable[int], method: Method, source: str
) -> list[int]:
    """Leave, and return the lists that the person was confirmed on until now."""
    left = []
    for subscription in _subscriptions(subscriber, list_ids):
        before = subscription.status
        if not _move(subscription, Status.UNSUBSCRIBED):
            continue
        _record(subscription, Kind.LEFT, method, source)
        # An undo must not confirm who was only waiting to confirm.
        if before == Status.CONFIRMED:
            left.append(subscription.mailing_list_id)
    return left


def _move(
    subscription: Subscription, target: Status, *, leaving: set[Status] | None = None
) -> bool:
    """The one guarded change of a subscription's status; False if it is elsewhere."""
    legal = Subscription.MOVES[target]
    here = Subscription.objects.filter(
        pk=subscription.pk, status__in=legal & (leaving or legal)
    )
    if not here.update(status=target, changed_at=timezone.now()):
        return False
    subscription.status = target
    return True


def _record(
    subscription: Subscription,
    kind: Kind,
    method: Method,
    source: str,
    wording: str = "",
) -> None:
    mailing_list = subscription.mailing_list
    ConsentEvent.objects.create(
        kind=kind,
        method=method,
        address_key=subscription.subscriber.address_key,
        subscriber=subscription.subscriber,
        mailing_list=mailing_list,
        list_name=mailing_list.name,
        legal_basis=mailing_list.legal_basis,
        wording=wording,
        source=source[:200],
    )

"""Who got a bulletin: its ledger line by line, and the exact mail of each.

A bulletin's deliveries are written at its start, and none is added or taken away
later. So everyone who was to get it stands in the statement exactly once.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mailings.editions import Press
from mailings.errors import NoMail
from mailings.models import Bulletin, Delivery, TrailEntry
from senders.transports.base import Message

Status = Delivery.Status
PORTION = 2000  # read at once, so that memory stays the same whatever the length
AGREED = (TrailEntry.Act.SCHEDULED, TrailEntry.Act.RELEASED)


class Line(NamedTuple):
    """A delivery, as the statement tells of it."""

    pk: int
    email: str
    values: dict[str, Any]
    status: str
    outcome: str
    reason: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    changed_at: datetime | None
    left_at: datetime | None
    edition_id: int

    @property
    def is_erased(self) -> bool:
        """The person was erased: what became of the mail is all that is left."""
        return not self.email

    @property
    def state(self) -> str:
        """What became of the mail: what came back of it, else how far it got."""
        return self.status if self.outcome == Delivery.Outcome.NONE else self.outcome

    @property
    def since(self) -> datetime | None:
        """When it was sent, else since when it is as it is; None while it waits."""
        return self.sent_at or self.changed_at

    @property
    def next_try(self) -> datetime | None:
        return self.due_at if self.status == Status.DEFERRED else None


def deliveries_of(bulletin: Bulletin) -> QuerySet[Delivery]:
    """All of them, from their first number to their last.

    They lie together, but PostgreSQL takes them for spread over the whole table: asked
    for the next fifty, it would begin at the first number that there is, and read past
    everything that was sent before.
    """
    # Not "= bulletin": then the order would be that of the key alone, as above.
    there = Delivery.objects.filter(bulletin__gte=bulletin, bulletin__lte=bulletin)
    numbers = there.order_by("bulletin_id", "pk").values_list("pk", flat=True)
    first, last = numbers.first(), numbers.reverse().first()
    if first is None or last is None:
        return Delivery.objects.none()
    return bulletin.deliveries.filter(pk__gte=first, pk__lte=last)


def lines(deliveries: QuerySet[Delivery]) -> Iterator[Line]:
    """The line of each, in their order.

    Read in portions, each by itself: within `one_moment` they are all of one moment;
    without it each tells the truth of when it was read, and nothing is held meanwhile.
    """
    last = -1
    while portion := page(deliveries.filter(pk__gt=last), size=PORTION):
        yield from portion
        last = portion[-1].pk


def page(
    deliveries: QuerySet[Delivery], *, size: int, from_the_end: bool = False
) -> list[Line]:
    """The first so many lines, or the last, in their order."""
    order = "-pk" if from_the_end else "pk"
    rows = deliveries.order_by(order).values_list(*Line._fields)
    found = [Line(*row) for row in rows[:size]]
    return found[::-1] if from_the_end else found


def full_name(values: Any) -> str:
    """The name that the mail was written to; empty where there is none (any more).

    So it is where the values are damaged: one row hides no others.
    """
    try:
        parts = (values.get(part) for part in ("first_name", "infix", "last_name"))
        name = values.get("name") or " ".join(part for part in parts if part)
    except (AttributeError, TypeError):
        return ""
    return name if isinstance(name, str) else ""


def agreed_by(bulletin: Bulletin) -> TrailEntry | None:
    """Who last said that it goes out, and when; None of one that is older than that."""
    return bulletin.trail.filter(act__in=AGREED).order_by("-pk").first()


def exact_mail(delivery: Delivery) -> Message:
    """What was handed over, or would be, byte for byte.

    It is made anew from the edition and the delivery's own values, whatever has become
    of bulletin, layout, sender and lists. Only another SITE_URL or TIME_ZONE changes
    it. Raises NoMail where it cannot be made: of an erased person nothing is left to
    make it from.
    """
    if not delivery.email:
        raise NoMail(
            _("This person was erased. What was written to them is gone as well.")
        )
    if delivery.subscriber_id is None:
        # Deleted before there was erasing: their number was in the link to leave.
        raise NoMail(
            _("This person is no longer known here: their mail cannot be made again.")
        )
    try:
        return Press(delivery.edition, delivery.bulletin).message_for(delivery)
    except Exception as error:
        # Whatever kept the engine from making it keeps us from it too.
        raise NoMail(_("The mail to this person cannot be made.")) from error

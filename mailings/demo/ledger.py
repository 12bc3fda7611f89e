"""What became of the demo's sent bulletin: its edition, its ledger and its mails.

The past cannot be sent again, so the rows are written as the engine leaves them. The
edition and every byte come from the code that sends.
"""

from datetime import datetime, timedelta

from mailings.audience import recipients
from mailings.editions import Press, compile_edition
from mailings.models import Bulletin, Delivery, TrailEntry
from mailings.reasons import Reason
from mailings.starting import VALUES
from senders.models import OutboxMail
from subscribers import subscribing
from subscribers.models import ConsentEvent, Subscriber
from subscribers.tokens import Leave

Status = Delivery.Status
PER_SECOND = 4  # the demo's pace
UNKNOWN = "q.visser@rietmonde.example.org"
LEFT = "b.osei@rietmonde.example.org"
DOUBTFUL = "c.jansma@heideborg.example.org"
# Who did not just get it: the status, and why.
OTHERWISE = {
    UNKNOWN: (Status.FAILED, f"550 5.1.1 <{UNKNOWN}>: Recipient address rejected"),
    LEFT: (Status.SKIPPED, Reason.LEFT.value),
    DOUBTFUL: (Status.IN_DOUBT, Reason.STOPPED.value),
}


def write(bulletin: Bulletin, *, started_at: datetime, by: str) -> None:
    """Give a bulletin that is sent its deliveries, and the outbox their mails."""
    edition = compile_edition(bulletin)
    edition.save()
    people = recipients(edition.list_ids).order_by("pk")
    deliveries = Delivery.objects.bulk_create(
        _delivery(
            bulletin, person, edition_id=edition.pk, at=_moment(started_at, place)
        )
        for place, person in enumerate(people)
    )
    Bulletin.objects.filter(pk=bulletin.pk).update(
        edition=edition, finished_at=_moment(started_at, len(deliveries))
    )
    bulletin.refresh_from_db()
    _fill_outbox(bulletin, deliveries)
    _write_trail(bulletin, by=by)
    _leave(next(each for each in deliveries if each.email == LEFT), edition.list_ids)


def _delivery(
    bulletin: Bulletin, person: Subscriber, *, edition_id: int, at: datetime
) -> Delivery:
    status, reason = OTHERWISE.get(person.email, (Status.SENT, ""))
    tried = status != Status.SKIPPED
    return Delivery(
        bulletin=bulletin,
        edition_id=edition_id,
        subscriber=person,
        email=person.email,
        address_key=person.address_key,
        values={name: getattr(person, name) for name in VALUES},
        status=status,
        reason=reason,
        attempts=int(tried),
        domain=person.email.rpartition("@")[2].lower(),
        due_at=at,
        sent_at=at if status == Status.SENT else None,
        changed_at=None if status == Status.SENT else at,
    )


def _moment(started_at: datetime, place: int) -> datetime:
    return started_at + timedelta(seconds=place / PER_SECOND)


def _fill_outbox(bulletin: Bulletin, deliveries: list[Delivery]) -> None:
    assert bulletin.edition
    press = Press(bulletin.edition, bulletin)
    sent = [each for each in deliveries if each.status == Status.SENT]
    messages = [press.message_for(each) for each in sent]
    mails = OutboxMail.objects.bulk_create(
        OutboxMail(
            recipient=message.to_header,
            subject=message.subject,
            source=message.content,
        )
        for message in messages
    )
    for mail, delivery in zip(mails, sent, strict=True):
        mail.at = delivery.due_at  # by itself it would be now
    OutboxMail.objects.bulk_update(mails, ["at"])


def _write_trail(bulletin: Bulletin, *, by: str) -> None:
    """Who wrote it and planned it, and that it went out, each at its time."""
    Act = TrailEntry.Act
    assert bulletin.started_at
    assert bulletin.finished_at
    planned_at = bulletin.started_at - timedelta(hours=17)
    steps = (
        (bulletin.created_at, Act.COMPOSED, by),
        (planned_at, Act.SCHEDULED, by),
        (bulletin.started_at, Act.STARTED, ""),
        (bulletin.finished_at, Act.FINISHED, ""),
    )
    TrailEntry.objects.bulk_create(
        TrailEntry(bulletin=bulletin, at=at, act=act, who=who) for at, act, who in steps
    )


def _leave(delivery: Delivery, list_ids: list[int]) -> None:
    """As by the link of an earlier mail, between the start and this one's turn."""
    assert delivery.subscriber_id
    link = Leave(
        subscriber_id=delivery.subscriber_id,
        address_key=delivery.address_key,
        bulletin_id=delivery.bulletin_id,
        list_ids=tuple(list_ids),
        practice=False,
    )
    subscribing.leave(link, method=ConsentEvent.Method.ONE_CLICK)

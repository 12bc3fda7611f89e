"""The start of a bulletin: its recipients are frozen, and it begins to go out."""

from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import JSONObject, Lower, Now, StrIndex, Substr

from mailings.audience import recipients
from mailings.errors import WrongState
from mailings.models import Bulletin, Delivery, Edition
from mailings.reasons import Reason
from mailings.switch import on_hold
from mailings.telling import tell_moved
from subscribers.models import Subscriber

Status = Bulletin.Status
TRIES = 5  # each may meet another erasure
# What a mail may say of its reader; frozen, so that it can be shown again.
VALUES = (
    "salutation",
    "first_name",
    "infix",
    "last_name",
    "name",
    "organisation",
    "function",
)


def start_due() -> bool:
    """Start every bulletin whose time has come; True where there was one.

    What is late is not among them, and nothing is while sending is on hold.
    """
    if on_hold():
        return False
    due = Bulletin.objects.in_time().order_by("send_at", "pk")
    started = [start(bulletin) for bulletin in due]
    return any(started)


def start(bulletin: Bulletin) -> bool:
    """Freeze its recipients and begin, both or neither.

    False if another did, or if it is not due any more: taken back, put off, late.

    Where everybody has left since it was scheduled it ends at once as sent to nobody,
    and says so.
    """
    for left in reversed(range(TRIES)):
        try:
            _begin(bulletin, careful=left < TRIES - 1)
        except WrongState:
            return False
        except IntegrityError:
            # PostgreSQL: one of them was erased while all were written down.
            if not left:
                raise
        else:
            tell_moved(bulletin)
            return True
    return False


def _begin(bulletin: Bulletin, *, careful: bool = False) -> None:
    with transaction.atomic():
        # The UPDATE comes first: a second worker waits here, and finds it done.
        bulletin.move_to(
            Status.SENDING,
            leaving=Status.SCHEDULED,
            among=Bulletin.objects.in_time(),
            started_at=Now(),
            going_since=Now(),
            reason="",
        )
        if not _write_deliveries(bulletin, careful=careful):
            bulletin.move_to(Status.SENT, finished_at=Now(), reason=Reason.NOBODY)


def _write_deliveries(bulletin: Bulletin, *, careful: bool) -> int:
    """Write a delivery for each recipient in one statement, and return how many.

    `careful`: nobody who is found can be erased until it is done, and whoever is being
    erased is waited for. That costs a lock on each.
    """
    edition = bulletin.edition
    if edition is None:
        raise RuntimeError(f"Bulletin {bulletin.pk} is scheduled without an edition.")
    columns = _columns(edition)
    rows, parameters = _selected(edition, columns).query.sql_with_params()
    quote = connection.ops.quote_name
    into = quote(Delivery._meta.db_table)
    names = ", ".join(quote(name) for name in columns)
    if careful and connection.vendor != "sqlite":
        rows += f" FOR KEY SHARE OF {quote(Subscriber._meta.db_table)}"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {into} ({names}) {rows}", parameters)
        return cursor.rowcount


def _selected(
    edition: Edition, columns: dict[str, models.expressions.Combinable]
) -> "QuerySet[Subscriber, tuple]":
    # The prefix keeps annotations apart from the subscriber's own columns.
    named = {f"delivery_{name}": value for name, value in columns.items()}
    corrects_id = edition.bulletin.corrects_id
    people = recipients(edition.list_ids, corrects_id=corrects_id).order_by("pk")
    return people.annotate(**named).values_list(*named)


def _columns(edition: Edition) -> dict[str, models.expressions.Combinable]:
    text, number = models.TextField(), models.BigIntegerField()
    return {
        "bulletin_id": Value(edition.bulletin_id, output_field=number),
        "edition_id": Value(edition.pk, output_field=number),
        "subscriber_id": F("pk"),
        "email": F("email"),
        "address_key": F("address_key"),
        "domain": Lower(Substr("email", StrIndex("email", Value("@")) + 1)),
        "values": JSONObject(**{name: F(name) for name in VALUES}),
        "status": Value(Delivery.Status.QUEUED.value, output_field=text),
        "outcome": Value(Delivery.Outcome.NONE.value, output_field=text),
        "reason": Value("", output_field=text),
        "attempts": Value(0, output_field=number),
        "due_at": Now(),
        "provider_id": Value("", output_field=text),
    }

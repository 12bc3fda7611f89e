"""What the database itself keeps true: tallies, and a trail that is never changed."""

import random
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from mailings import delivering, scheduling, triggers
from mailings.models import Delivery, Tally, TrailEntry
from tests.ledgers import make_delivery, make_gone
from tests.mailings.sending import make_sending_bulletin

Status = Delivery.Status
STATES = list(Status.values)


def counted(bulletin) -> Counter:
    """What the deliveries themselves say, as the tallies call it."""
    held = (Status.CLAIMED, Status.SUBMITTING)
    return Counter(
        (row.domain, Status.QUEUED if row.status in held else row.status)
        for row in bulletin.deliveries.all()
    )


def told(bulletin) -> Counter:
    sums: Counter = Counter()
    for tally in Tally.objects.of(bulletin):
        sums[(tally.domain, tally.status)] += tally.count
    return sums


def test_tallies_follow_whatever_becomes_of_the_deliveries():
    chance = random.Random(5)
    bulletin, other = make_gone("sending"), make_gone("sending")
    for one in (bulletin, other):
        for _ in range(12):
            domain = chance.choice(["a.example", "b.example"])
            make_delivery(one, domain=domain, status=chance.choice(STATES))
    for _ in range(60):
        rows = bulletin.deliveries.filter(pk__gt=0).order_by("?")[:4]
        some = Delivery.objects.filter(pk__in=[row.pk for row in rows])
        match chance.randrange(6):
            case 0:
                some.update(domain="")
            case 1:
                some.filter(pk=rows[0].pk).delete() if len(rows) > 2 else None
            case _:
                some.update(status=chance.choice(STATES))
        assert +told(bulletin) == counted(bulletin)
    assert +told(other) == counted(other)


def test_folding_changes_no_sum(monkeypatch):
    monkeypatch.setattr("mailings.models.tally.MANY", 3)
    bulletin = make_gone("sending")
    for _ in range(5):
        make_delivery(bulletin, domain="a.example", status="queued")
    bulletin.deliveries.update(status="sent")
    Tally.objects.fold()
    assert Tally.objects.of(bulletin).by_status() == {"sent": 5} | (
        {"queued": 0} if connection.vendor == "sqlite" else {}
    )
    assert Tally.objects.of(bulletin).count() <= 2


def test_what_was_folded_is_folded_again_only_after_as_much_more(monkeypatch):
    monkeypatch.setattr("mailings.models.tally.MANY", 0)
    monkeypatch.setattr("mailings.models.tally._left", {})
    bulletin, gone = make_gone("sending"), make_gone("sent")
    for number in range(6):
        make_delivery(bulletin, domain=f"d{number}.example")
        make_delivery(gone, domain=f"d{number}.example")
    Tally.objects.fold()
    first = set(Tally.objects.values_list("pk", flat=True))
    bulletin.deliveries.filter(domain__lt="d2").update(status="failed")
    Tally.objects.fold()
    assert first <= set(Tally.objects.values_list("pk", flat=True))
    bulletin.deliveries.update(status="skipped")
    before = Tally.objects.of(bulletin).count()
    Tally.objects.fold()
    on_sqlite = connection.vendor == "sqlite"
    assert before == (14 if on_sqlite else 22)
    assert Tally.objects.of(bulletin).count() == (14 if on_sqlite else 6)
    assert +told(bulletin) == counted(bulletin)


@pytest.mark.parametrize("end", ["finish", "cancel"])
def test_a_bulletin_that_ends_leaves_few_tallies(end):
    bulletin = make_sending_bulletin(people=3)
    bulletin.deliveries.update(status="deferred")
    bulletin.deliveries.update(status="queued" if end == "cancel" else "sent")
    {"finish": delivering.finish, "cancel": scheduling.cancel}[end](bulletin)
    ended = {"finish": "sent", "cancel": "skipped"}[end]
    assert Tally.objects.of(bulletin).filter(count__gt=0).get().status == ended
    assert Tally.objects.of(bulletin).filter(count__lt=0).count() == 0
    assert +told(bulletin) == counted(bulletin)


def test_missing_triggers_are_made_again_and_what_they_missed_is_counted():
    bulletin = make_gone("sending")
    make_delivery(bulletin, domain="a.example", status="queued")
    triggers.remove(None, connection.SchemaEditorClass(connection, atomic=False))
    make_delivery(bulletin, domain="a.example", status="failed")
    assert +told(bulletin) != counted(bulletin)
    triggers.look_after()
    assert +told(bulletin) == counted(bulletin)
    make_delivery(bulletin, domain="a.example", status="sent")
    assert +told(bulletin) == counted(bulletin)


@pytest.mark.django_db(transaction=True)
def test_flushing_the_database_leaves_no_tally():
    bulletin = make_gone("sending")
    for _ in range(3):
        make_delivery(bulletin, domain="a.example", status="queued")
    call_command("flush", interactive=False, verbosity=0)
    assert not Tally.objects.exists()


def test_what_tallies_lean_on_is_made_again_where_it_is_missing():
    bulletin = make_gone("sending")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP INDEX tally_one_each")
        else:
            cursor.execute("DROP TRIGGER delivery_added ON mailings_delivery")
    triggers.look_after()
    make_delivery(bulletin, domain="a.example", status="queued")
    assert +told(bulletin) == counted(bulletin)


def test_a_trail_is_only_added_to():
    bulletin = make_gone("sending")
    bulletin.note(TrailEntry.Act.PAUSED, by="Marit van Houten")
    entry = bulletin.trail.get()
    with pytest.raises(TypeError):
        bulletin.trail.update(who="Somebody else")
    with pytest.raises(TypeError):
        bulletin.trail.all().delete()
    entry.who = "Somebody else"
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        entry.save()
    assert bulletin.trail.get().who == "Marit van Houten"

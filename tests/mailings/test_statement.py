"""Who got it, line by line: everyone once, and all of one moment where it is asked."""

import contextlib

import pytest
from django.db import DatabaseError, connection

from bode.one_moment import one_moment
from mailings import figures, scheduling, statement
from mailings.models import Bulletin, Delivery, TrailEntry
from tests.mailings.sending import make_due_bulletin, make_sending_bulletin
from tests.postgres.beside import Beside

beside = pytest.mark.django_db(transaction=True)


def read(bulletin):
    return list(statement.lines(statement.deliveries_of(bulletin)))


def test_everyone_stands_in_it_once_however_many_are_read_at_a_time(monkeypatch):
    monkeypatch.setattr(statement, "PORTION", 2)
    bulletin = make_sending_bulletin(people=5)
    emails = [line.email for line in read(bulletin)]
    assert emails == [f"p{number}@lezer.example" for number in range(5)]


def test_other_bulletins_people_do_not(monkeypatch):
    monkeypatch.setattr(statement, "PORTION", 1)
    bulletin = make_sending_bulletin(people=2)
    first = bulletin.deliveries.first()
    other = Bulletin.objects.create(subject="Ander")
    Delivery.objects.create(
        bulletin=other, edition=first.edition, email="x@lezer.example", address_key="x"
    )
    assert len(read(bulletin)) == 2
    assert [line.email for line in read(other)] == ["x@lezer.example"]


@beside
def test_lines_and_totals_are_of_one_moment_whatever_is_written_meanwhile(monkeypatch):
    monkeypatch.setattr(statement, "PORTION", 2)
    bulletin = make_sending_bulletin(people=6)

    def write():
        Delivery.objects.all().update(status="sent", attempts=1)

    with one_moment():
        told = statement.lines(statement.deliveries_of(bulletin))
        seen = [next(told)]
        Beside(write).result()
        seen += told
        totals = figures.totals(bulletin)
    assert {line.status for line in seen} == {"queued"}
    assert totals["queued"] == 6
    assert {line.status for line in read(bulletin)} == {"sent"}


@beside
def test_reading_of_one_moment_changes_nothing():
    bulletin = make_sending_bulletin(people=1)
    with contextlib.suppress(DatabaseError), one_moment():
        bulletin.deliveries.update(status="sent")
    assert bulletin.deliveries.get().status == "queued"


@beside
def test_after_one_moment_everything_is_as_before():
    bulletin = make_sending_bulletin(people=1)
    with contextlib.suppress(ZeroDivisionError), one_moment():
        raise ZeroDivisionError
    bulletin.deliveries.update(status="sent")
    connection.close()
    assert bulletin.deliveries.get().status == "sent"


def test_a_line_says_what_became_of_it_and_since_when():
    bulletin = make_sending_bulletin(people=1)
    row = bulletin.deliveries.get()
    (waiting,) = read(bulletin)
    assert (waiting.state, waiting.since, waiting.next_try) == ("queued", None, None)
    assert not waiting.is_erased

    now = row.due_at
    Delivery.objects.update(status="deferred", changed_at=now)
    (later,) = read(bulletin)
    assert (later.state, later.since, later.next_try) == ("deferred", now, now)

    Delivery.objects.update(status="sent", sent_at=now, outcome="bounced", email="")
    (gone,) = read(bulletin)
    assert (gone.state, gone.since, gone.next_try) == ("bounced", now, None)
    assert gone.is_erased


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"first_name": "Jo", "infix": "van", "last_name": "Dam"}, "Jo van Dam"),
        ({"first_name": "Jo", "name": "J. van Dam"}, "J. van Dam"),
        ({}, ""),
        # Damaged: the page still shows everybody.
        ([], ""),
        ("Jo", ""),
        ({"first_name": 5, "infix": ["van"]}, ""),
        ({"name": {"<b>": 1}}, ""),
    ],
)
def test_a_person_is_named_as_the_mail_did(values, name):
    assert statement.full_name(values) == name


def test_it_says_who_agreed_last():
    bulletin = make_due_bulletin(people=1)
    scheduling.take_back(bulletin)
    scheduling.schedule(bulletin, send_at=None, accept_warnings=True, by="Marit")
    agreed = statement.agreed_by(bulletin)
    assert (agreed.who, agreed.act) == ("Marit", TrailEntry.Act.SCHEDULED)


def test_of_an_old_bulletin_nobody_knows_who_agreed():
    assert statement.agreed_by(Bulletin.objects.create(subject="Oud")) is None

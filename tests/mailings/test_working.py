import threading
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.db import OperationalError
from django.db.models.functions import Now

from mailings import delivering, patience, scheduling, working
from mailings.models import Bulletin
from senders.transports.base import Kind, Verdict
from tests.mailings.sending import (
    SENT,
    ObedientTransport,
    make_due_bulletin,
    make_sending_bulletin,
    statuses,
)
from tests.make import make_bulletin


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(working, "IDLE", 0.02)
    monkeypatch.setattr(patience, "STEP", 0.01)


@pytest.fixture
def transport(monkeypatch):
    made = ObedientTransport()
    monkeypatch.setattr(working, "make_transport", lambda *, stop: made)
    return made


def work(*, reports=None):
    kept = [] if reports is None else reports
    working.work(until_idle=True, stop=threading.Event(), report=kept.append)


def test_a_due_bulletin_starts_leaves_and_ends():
    bulletin = make_due_bulletin(people=4)
    work()
    bulletin.refresh_from_db()
    assert bulletin.status == Bulletin.Status.SENT
    assert sorted(one.recipients()[0] for one in mail.outbox) == [
        f"p{number}@lezer.example" for number in range(4)
    ]


def test_what_is_not_due_stays():
    bulletin = make_bulletin()
    Bulletin.objects.update(status="scheduled", send_at="2999-01-01T00:00Z")
    work()
    bulletin.refresh_from_db()
    assert bulletin.status == Bulletin.Status.SCHEDULED


def test_what_is_deferred_to_later_or_leased_by_another_does_not_keep_it(transport):
    bulletin = make_sending_bulletin(people=2)
    first, second = bulletin.deliveries.order_by("pk")
    later = Now() + timedelta(seconds=60)
    bulletin.deliveries.filter(pk=first.pk).update(status="deferred", due_at=later)
    bulletin.deliveries.filter(pk=second.pk).update(
        status="submitting", lease_until=later
    )
    work()
    assert statuses(bulletin) == ["deferred", "submitting"]
    assert Bulletin.objects.get().status == Bulletin.Status.SENDING


def test_what_a_dead_worker_left_is_put_right(transport):
    bulletin = make_sending_bulletin(people=2)
    first, second = bulletin.deliveries.order_by("pk")
    over = Now() - timedelta(seconds=1)
    bulletin.deliveries.filter(pk=first.pk).update(status="claimed", lease_until=over)
    bulletin.deliveries.filter(pk=second.pk).update(
        status="submitting", lease_until=over
    )
    work()
    assert statuses(bulletin) == ["sent", "in_doubt"]
    assert Bulletin.objects.get().status == Bulletin.Status.SENT


def test_a_paused_bulletin_does_not_keep_it_and_its_reason_is_told_once(transport):
    bulletin = make_due_bulletin(people=5)
    transport.answer = lambda _: Verdict(Kind.BROKEN, "535 5.7.8 wrong key")
    reports = []
    work(reports=reports)
    work(reports=reports)
    assert reports == [f"Bulletin {bulletin.pk} is paused: 535 5.7.8 wrong key"]
    assert statuses(bulletin) == ["queued"] * 5


def test_one_bulletin_that_pauses_does_not_stop_another(transport):
    bad = make_due_bulletin(people=2)
    good = make_bulletin(lists=list(bad.lists.all()), sender=bad.sender)
    Bulletin.objects.filter(pk=good.pk).update(subject="Goed")
    scheduling.schedule(good, send_at=None, accept_warnings=True)
    transport.answer = lambda message: (
        SENT if message.subject == "Goed" else Verdict(Kind.BROKEN, "550 5.7.9 no")
    )
    work()
    assert statuses(good) == ["sent", "sent"]
    assert statuses(bad) == ["queued", "queued"]


def test_it_goes_on_until_it_is_stopped(transport, monkeypatch):
    stop = threading.Event()
    looks = []

    def look():
        looks.append(1)
        if len(looks) == 3:
            stop.set()

    monkeypatch.setattr(working, "sweep", look)
    working.work(until_idle=False, stop=stop)
    assert len(looks) == 3


def test_a_stop_before_the_first_look_does_nothing(transport):
    bulletin = make_due_bulletin(people=1)
    stop = threading.Event()
    stop.set()
    working.work(until_idle=True, stop=stop)
    assert Bulletin.objects.get(pk=bulletin.pk).status == Bulletin.Status.SCHEDULED


def test_a_database_that_is_away_is_waited_for(transport, monkeypatch):
    bulletin = make_due_bulletin(people=1)
    away = iter([True, True, False])
    sweep = working.sweep

    def try_to_sweep():
        if next(away, False):
            raise OperationalError("connection refused")
        sweep()

    monkeypatch.setattr(working, "sweep", try_to_sweep)
    reports = []
    work(reports=reports)
    assert statuses(bulletin) == ["sent"]
    assert reports == [
        "The database does not answer, so nothing leaves: connection refused."
    ]


def test_an_idle_worker_without_a_database_stops_at_once(transport, monkeypatch):
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    monkeypatch.setattr(working, "sweep", _away)
    begun = time.monotonic()
    working.work(until_idle=False, stop=stop)
    assert time.monotonic() - begun < 2


def test_verdicts_that_could_not_be_written_down_are_no_quiet_end(
    transport, monkeypatch
):
    monkeypatch.setattr(patience, "LAST_TRIES", 0.1)
    make_due_bulletin(people=1)
    stop = threading.Event()

    def goes_away():
        stop.set()
        monkeypatch.setattr(delivering, "record", lambda *_: _away())

    transport.during = goes_away
    with pytest.raises(OperationalError):
        working.work(until_idle=False, stop=stop)


def _away():
    raise OperationalError("gone")

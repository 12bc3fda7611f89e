"""A database that goes away, and a pace that is kept."""

import threading

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from mailings import delivering
from mailings.granting import claim_slice, grant
from mailings.models import Delivery
from tests.mailings.sending import (
    ObedientTransport,
    make_sending_bulletin,
    make_worker,
    people,
    send,
    statuses,
)

Status = Delivery.Status


def test_a_verdict_in_hand_survives_a_database_that_is_away(monkeypatch):
    bulletin = make_sending_bulletin(people=4)
    failures = iter([True, True, False])
    write = delivering.record

    def away(claim, answers):
        if answers and next(failures, False):
            raise OperationalError("server closed the connection")
        write(claim, answers)

    monkeypatch.setattr(delivering, "record", away)
    transport = ObedientTransport(most=2)
    reports = []
    send(bulletin, transport, reports=reports)
    assert transport.handed == people(0, 1, 2, 3)
    assert statuses(bulletin) == ["sent"] * 4
    assert reports == [
        "The database does not answer, so nothing leaves: server closed the connection."
    ]


def test_a_commit_that_held_although_it_seemed_lost_sends_nobody_two(monkeypatch):
    bulletin = make_sending_bulletin(people=4)
    lost = iter([True])
    act = delivering.Slice._record_and_grant

    def answer_lost(self, group):
        granted = act(self, group)
        if next(lost, False):
            raise OperationalError("the answer to COMMIT never came")
        return granted

    monkeypatch.setattr(delivering.Slice, "_record_and_grant", answer_lost)
    transport = ObedientTransport(most=2)
    send(bulletin, transport)
    assert transport.handed == people(0, 1, 2, 3)
    assert set(bulletin.deliveries.values_list("status", "attempts")) == {("sent", 1)}


def test_a_grant_run_again_returns_what_the_first_run_granted():
    bulletin = make_sending_bulletin(people=3)
    claim = claim_slice(bulletin, size=3)
    assert grant(claim, claim.rows)[0] == claim.rows
    assert grant(claim, claim.rows) == (claim.rows, True)
    assert set(bulletin.deliveries.values_list("attempts", flat=True)) == {1}


def test_a_claim_that_cannot_be_read_wholly_is_none():
    bulletin = make_sending_bulletin(people=2)

    def goes_away(execute, sql, *rest):
        if 'FROM "mailings_edition"' in sql:
            raise OperationalError("server closed the connection")
        return execute(sql, *rest)

    worker = make_worker(ObedientTransport())
    with connection.execute_wrapper(goes_away), pytest.raises(OperationalError):
        worker.send_slice(bulletin)
    assert statuses(bulletin) == ["queued", "queued"]


def test_with_a_pace_groups_are_small_and_take_their_time(settings):
    settings.PACE = 20.0
    bulletin = make_sending_bulletin(people=12)
    transport = ObedientTransport(most=50)
    begun = timezone.now()
    send(bulletin, transport)
    took = (timezone.now() - begun).total_seconds()
    assert transport.groups == [5, 5, 2]
    assert 0.5 <= took < 2.0


def test_a_verdict_does_not_wait_for_the_next_turn(settings):
    settings.PACE = 4.0
    bulletin = make_sending_bulletin(people=2)
    seen = []
    transport = ObedientTransport()
    worker = make_worker(transport)
    wait = worker.stop.wait
    worker.stop.wait = lambda seconds: seen.append(statuses(bulletin)) or wait(seconds)
    worker.send_slice(bulletin)
    assert seen[1] == ["sent", "claimed"]


def test_waiting_for_a_turn_ends_when_asked_to_stop(settings):
    settings.PACE = 0.01
    bulletin = make_sending_bulletin(people=2)
    transport = ObedientTransport()
    worker = make_worker(transport)
    worker.send_slice(bulletin)
    transport.before_connect = lambda: threading.Timer(0.1, worker.stop.set).start()
    begun = timezone.now()
    worker.send_slice(bulletin)
    assert (timezone.now() - begun).total_seconds() < 1
    assert statuses(bulletin) == ["sent", "queued"]

"""What is known of Bode's health, and what the addresses for probes answer."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models.functions import Now

from bode import health
from mailings.models import Bulletin, Pulse
from tests.ledgers import make_delivery, make_gone


@pytest.fixture(autouse=True)
def _forgetful():
    cache.clear()


def make_pulse(*, seen=0, worked=None, started=3600, name="host:1"):
    """A sender; all are seconds ago."""
    return Pulse.objects.create(
        name=name,
        started_at=Now() - timedelta(seconds=started),
        seen_at=Now() - timedelta(seconds=seen),
        worked_at=None if worked is None else Now() - timedelta(seconds=worked),
    )


def make_waiting(*, due=0, **changes):
    """A bulletin that goes out, with mail that is due for so many seconds."""
    bulletin = make_gone("sending", **changes)
    delivery = make_delivery(bulletin, status="queued")
    since = Now() - timedelta(seconds=due)
    bulletin.deliveries.filter(pk=delivery.pk).update(due_at=since)
    return bulletin


def test_with_a_sender_and_nothing_to_do_all_is_well():
    make_pulse()
    found = health.look()
    assert found.is_well
    assert found.can_serve
    assert found.broker is None
    assert found.sending.oldest_due_at is None


def test_without_a_sender_the_web_serves_and_sending_is_not_well():
    found = health.look()
    assert found.can_serve
    assert not found.is_well
    assert found.sending.sender_seen_at is None


@pytest.mark.parametrize(("seen", "alive"), [(110, True), (130, False)])
def test_a_sender_is_alive_for_two_minutes(seen, alive):
    make_pulse(seen=seen)
    found = health.look_at_sending()
    assert (found.sender_alive, found.is_well) == (alive, alive)
    assert found.sender_seen_at is not None


@pytest.mark.parametrize(("past", "late"), [(110, False), (130, True), (-60, False)])
def test_a_bulletin_that_should_have_begun_two_minutes_ago_is_late(past, late):
    make_pulse()
    bulletin = make_gone("scheduled")
    Bulletin.objects.update(send_at=Now() - timedelta(seconds=past))
    found = health.look_at_sending()
    assert (found.late_since is not None, found.is_well) == (late, not late)
    if late:
        bulletin.refresh_from_db()
        assert found.late_since == bulletin.send_at


def test_mail_that_is_due_while_no_answer_comes_is_stuck():
    make_pulse(worked=400)
    make_waiting(due=100)
    assert not health.look_at_sending().stuck
    bulletin = make_waiting(due=400)
    found = health.look_at_sending()
    assert found.stuck
    assert found.oldest_due_at == bulletin.deliveries.get().due_at


def test_a_long_bulletin_is_not_stuck_while_answers_come():
    make_pulse(worked=20)
    make_waiting(due=7200)
    found = health.look_at_sending()
    assert not found.stuck
    assert found.oldest_due_at is not None


def test_a_sender_that_only_just_began_is_not_blamed():
    make_pulse(started=10)
    make_waiting(due=7200)
    assert not health.look_at_sending().stuck


@pytest.mark.parametrize("status", ["paused", "sent", "cancelled"])
def test_mail_of_a_bulletin_that_does_not_go_out_is_not_due(status):
    make_pulse(worked=400)
    make_waiting(due=400)
    Bulletin.objects.update(status=status)
    found = health.look_at_sending()
    assert (found.oldest_due_at, found.stuck) == (None, False)


def test_mail_that_is_to_be_tried_later_is_not_due():
    make_pulse(worked=400)
    make_waiting(due=-400)
    assert health.look_at_sending().oldest_due_at is None


def test_who_resumes_is_not_told_at_once_that_mail_is_stuck(monkeypatch):
    make_pulse(worked=400)
    make_waiting(due=400)
    monkeypatch.setattr(health, "REMEMBERED", 0)
    assert not health.sending_lately().stuck
    monkeypatch.setattr(health, "PATIENCE", 0)
    assert health.sending_lately().stuck


def test_pages_that_are_opened_together_ask_once(django_assert_num_queries):
    health.sending_lately()
    with django_assert_num_queries(0):
        health.sending_lately()


def test_a_look_asks_few_and_small_questions(django_assert_num_queries):
    make_waiting(due=10)
    health.look()
    with django_assert_num_queries(3):
        health.look_at_sending()

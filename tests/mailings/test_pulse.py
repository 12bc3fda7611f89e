"""That a sender is alive is known by one row for each, written now and then."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from mailings import pulse
from mailings.models import Pulse


@pytest.fixture(autouse=True)
def _new_process(monkeypatch):
    monkeypatch.setattr(pulse, "own", pulse.Own())


def later(**span):
    """As if the last write was so long ago."""
    pulse.own.written -= timedelta(**span).total_seconds()
    Pulse.objects.update(seen_at=Now() - timedelta(**span))


def test_nobody_was_seen_before_the_first_beat():
    assert pulse.last_seen() is None
    assert not pulse.is_alive()


def test_a_beat_makes_this_process_seen():
    pulse.beat()
    assert pulse.is_alive()
    assert pulse.last_seen() == Pulse.objects.get().seen_at


def test_who_is_silent_for_two_minutes_is_not_alive():
    pulse.beat()
    later(seconds=119)
    assert pulse.is_alive()
    later(seconds=121)
    assert not pulse.is_alive()
    assert pulse.last_seen() is not None


def test_a_second_beat_at_once_asks_the_database_nothing(django_assert_num_queries):
    pulse.beat()
    with django_assert_num_queries(0):
        pulse.beat()


def test_a_beat_after_five_seconds_is_one_small_write(django_assert_num_queries):
    pulse.beat()
    later(seconds=6)
    before = pulse.last_seen()
    with django_assert_num_queries(1):
        pulse.beat()
    assert pulse.last_seen() > before
    assert Pulse.objects.count() == 1


def test_each_process_has_a_row_of_its_own(monkeypatch):
    pulse.beat()
    monkeypatch.setattr(pulse, "_name", lambda: "forked:2")
    pulse.beat()
    assert Pulse.objects.count() == 2


def test_a_name_that_comes_back_begins_anew():
    pulse.note_work(sent=4)
    pulse.beat()
    Pulse.objects.update(started_at=Now() - timedelta(hours=3))
    pulse.own = pulse.Own()
    pulse.beat()
    row = Pulse.objects.get()
    assert (row.sent, row.worked_at) == (0, None)
    assert row.started_at >= row.seen_at - timedelta(minutes=1)


def test_a_row_that_was_cleaned_away_comes_back():
    pulse.beat()
    Pulse.objects.all().delete()
    later(seconds=6)
    pulse.beat()
    assert pulse.is_alive()


def test_who_was_not_seen_for_a_day_is_forgotten():
    Pulse.objects.create(name="old", seen_at=Now() - timedelta(hours=25))
    Pulse.objects.create(name="recent", seen_at=Now() - timedelta(hours=23))
    pulse.beat()
    assert not Pulse.objects.filter(name="old").exists()
    assert Pulse.objects.filter(name="recent").exists()


def test_work_is_written_with_the_next_beat():
    pulse.beat()
    assert Pulse.objects.get().worked_at is None
    pulse.note_work(sent=3)
    pulse.note_work(sent=0)
    later(seconds=6)
    pulse.beat()
    row = Pulse.objects.get()
    assert (row.sent, row.worked_at) == (3, row.seen_at)
    later(seconds=6)
    pulse.beat()
    assert Pulse.objects.get().worked_at == row.worked_at

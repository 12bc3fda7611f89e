"""What is known of Bode's health, and what the addresses for probes answer."""

import socket
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now

from bode import health
from mailings.models import Bulletin, Pulse
from tests.editors import read
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


def ask(client, path="/healthz", **headers):
    return client.get(path, headers=headers)


@pytest.fixture
def away(monkeypatch):
    """A database that does not answer, as it refuses a connection."""

    def refuse(*_args, **_more):
        raise OperationalError("could not connect to bode:s3cret@db")

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", refuse)
    monkeypatch.setattr(BaseDatabaseWrapper, "_cursor", refuse)


def test_healthz_answers_everything_in_json(client):
    make_pulse(seen=30)
    bulletin = make_waiting(due=100)
    answer = ask(client)
    assert answer.status_code == 200
    fields = answer.json()
    assert 30 <= fields.pop("sender_seen_seconds_ago") < 60
    assert 100 <= fields.pop("oldest_due_seconds_ago") < 130
    due = bulletin.deliveries.get().due_at.isoformat(timespec="seconds")
    assert fields.pop("oldest_due_at") == due
    assert fields.pop("sender_seen_at") is not None
    assert fields == {
        "status": "ok",
        "web": True,
        "database": True,
        "migrated": True,
        "broker": None,
        "on_hold": False,
        "sender_alive": True,
        "stuck": False,
        "late_since_at": None,
        "late_since_seconds_ago": None,
    }


def test_without_a_sender_the_web_stays_up_and_sending_is_503(client):
    assert ask(client).status_code == 200
    assert ask(client).json()["status"] == "degraded"
    assert ask(client, "/healthz/sending").status_code == 503
    make_pulse()
    assert ask(client, "/healthz/sending").status_code == 200


def test_a_database_that_is_away_is_503_and_no_secret(client, away):
    answer = ask(client)
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "down",
        "web": True,
        "database": False,
        "migrated": None,
        "broker": None,
    }
    assert ask(client, "/healthz/sending").status_code == 503


def test_a_database_without_this_versions_migrations_is_503(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", [])
    MigrationRecorder.Migration.objects.filter(app="senders").last().delete()
    answer = ask(client)
    assert (answer.status_code, answer.json()["migrated"]) == (503, False)
    page = ask(client, accept="text/html", accept_language="en").content.decode()
    assert "run manage.py migrate" in page


def test_a_redis_that_does_not_answer_kills_no_web(client, settings):
    settings.REDIS_URL = "redis://:s3cret@127.0.0.1:1/0"
    make_pulse()
    answer = ask(client)
    assert (answer.status_code, answer.json()["broker"]) == (200, False)
    assert "s3cret" not in answer.content.decode()
    assert ask(client, "/healthz/sending").status_code == 503


def test_a_redis_that_takes_the_connection_and_is_silent_is_waited_for_a_second(
    client, settings
):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        assert ask(client).json()["broker"] is False
        assert 0.9 < time.monotonic() - began < 5


def test_a_redis_that_answers_is_well(client, settings, valkey):
    settings.REDIS_URL = valkey.url
    make_pulse()
    answer = ask(client, "/healthz/sending")
    assert (answer.status_code, answer.json()["broker"]) == (200, True)


@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/healthz/sending"])
def test_a_probe_may_ask_by_any_name_and_in_clear_text(client, settings, path):
    settings.ALLOWED_HOSTS = ["bode.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz"]
    make_pulse()
    answer = client.get(path, headers={"host": "10.0.0.7:8000"})
    assert answer.status_code == 200
    assert client.get("/u/x", headers={"host": "10.0.0.7:8000"}).status_code == 400


def test_nothing_is_remembered_of_health_or_of_who_asks(client):
    answer = ask(client)
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    assert ask(client, "/metrics")["Cache-Control"] == answer["Cache-Control"]


def test_health_is_only_looked_at(client):
    assert client.post("/healthz").status_code == 405
    assert client.head("/healthz").status_code == 200


def test_people_get_a_page_in_their_language(client):
    make_pulse()
    page = ask(client, accept="text/html,*/*;q=0.8", accept_language="en")
    assert page["Content-Type"].startswith("text/html")
    assert "The database answers." in read(page)
    assert "Mail goes out." in read(page)
    dutch = ask(client, accept="text/html,*/*;q=0.8", accept_language="nl")
    assert '<html lang="nl">' in dutch.content.decode()


def test_people_read_what_is_wrong(client, away):
    page = ask(client, accept="text/html", accept_language="en")
    assert page.status_code == 503
    assert "The database does not answer." in read(page)
    assert "s3cret" not in read(page)


def test_healthz_is_fast(client):
    make_pulse()
    ask(client)
    began = time.process_time()
    for _turn in range(10):
        ask(client)
    assert (time.process_time() - began) / 10 < 0.1

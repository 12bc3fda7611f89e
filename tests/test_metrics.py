"""The figures for Prometheus: from the database, cheap, and for who has the token."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from bode import health, metrics
from mailings.models import Bulletin, Pulse
from senders.models import Letter
from tests.ledgers import make_delivery, make_gone

TOKEN = "a-token-for-tests"


@pytest.fixture(autouse=True)
def _open(settings):
    settings.METRICS_TOKEN = TOKEN


def ask(client, authorization=f"Bearer {TOKEN}"):
    return client.get("/metrics", headers={"authorization": authorization})


def read(client):
    """Each sample by its name and labels, as Prometheus reads it."""
    answer = ask(client)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in families
        for one in family.samples
    }


def test_without_the_setting_there_is_no_such_page(client, settings):
    settings.METRICS_TOKEN = ""
    assert ask(client).status_code == 404
    assert ask(client, "Bearer ").status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "é"])
def test_without_the_token_nobody_sees_a_figure(client, shown):
    answer = ask(client, shown)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert b"bode_" not in answer.content


def test_bulletins_are_counted_by_status(client):
    make_gone("sent")
    make_gone("sent")
    make_gone("paused")
    figures = read(client)
    assert figures["bode_bulletins", ("status", "sent")] == 2
    assert figures["bode_bulletins", ("status", "paused")] == 1
    assert figures["bode_bulletins", ("status", "held")] == 0


def test_deliveries_are_counted_of_what_goes_out_alone(client):
    bulletin, gone = make_gone("sending"), make_gone("sent")
    for status in ("sent", "sent", "queued"):
        make_delivery(bulletin, status=status)
    make_delivery(gone)
    figures = read(client)
    which = ("bulletin", str(bulletin.pk))
    assert figures["bode_deliveries", which, ("status", "sent")] == 2
    assert figures["bode_deliveries", which, ("status", "queued")] == 1
    assert not [key for key in figures if ("bulletin", str(gone.pk)) in key]


def test_the_figures_are_as_fresh_as_the_ledger_and_count_no_row_of_it(client):
    bulletin = make_gone("sending")
    delivery = make_delivery(bulletin, status="queued")
    which = ("bulletin", str(bulletin.pk))
    assert read(client)["bode_deliveries", which, ("status", "queued")] == 1
    bulletin.deliveries.filter(pk=delivery.pk).update(status="submitting")
    with CaptureQueriesContext(connection) as asked:
        found = read(client)
    assert found["bode_deliveries", which, ("status", "queued")] == 1
    assert ("bode_deliveries", which, ("status", "submitting")) not in found
    counting = [one["sql"] for one in asked if "COUNT(" in one["sql"]]
    assert counting
    assert not any("mailings_delivery" in one for one in counting)


def test_more_bulletins_ask_no_more(client, django_assert_num_queries):
    for _ in range(3):
        make_delivery(make_gone("sending"))
    with django_assert_num_queries(8):
        metrics.exposition()


def test_a_sender_is_seen_and_what_it_sent_is_counted(client):
    Pulse.objects.create(name="one:1", sent=40, seen_at=Now() - timedelta(seconds=9))
    Pulse.objects.create(name="two:2", sent=2, seen_at=Now() - timedelta(hours=1))
    figures = read(client)
    assert figures[("bode_sender_alive",)] == 1
    assert 9 <= figures[("bode_sender_last_seen_seconds",)] < 30
    assert figures["bode_sent_total", ("sender", "one:1")] == 40
    assert figures["bode_sent_total", ("sender", "two:2")] == 2


def test_without_anything_there_is_no_age_of_it(client):
    figures = read(client)
    assert figures[("bode_sender_alive",)] == 0
    assert ("bode_sender_last_seen_seconds",) not in figures
    assert ("bode_oldest_due_seconds",) not in figures
    assert ("bode_broker_up",) not in figures
    assert figures[("bode_database_up",)] == 1


def test_what_waits_is_told_by_its_age(client):
    bulletin = make_gone("sending")
    make_delivery(bulletin, status="queued")
    bulletin.deliveries.update(due_at=Now() - timedelta(seconds=600))
    make_gone("scheduled")
    Bulletin.objects.filter(status="scheduled").update(
        send_at=Now() - timedelta(seconds=900)
    )
    figures = read(client)
    assert 600 <= figures[("bode_oldest_due_seconds",)] < 660
    assert 900 <= figures[("bode_late_start_seconds",)] < 960
    assert figures[("bode_sending_stuck",)] == 1


def test_letters_that_wait_are_counted(client):
    for status in ("waiting", "sending", "sent", "failed"):
        Letter.objects.create(
            kind="alert",
            recipient="x",
            subject="x",
            text="x",
            status=status,
            expires_at=Now() + timedelta(days=1),
        )
    assert read(client)[("bode_letters_waiting",)] == 2


def test_a_hold_is_told(client, settings):
    assert read(client)[("bode_on_hold",)] == 0
    settings.SENDING = "hold"
    assert read(client)[("bode_on_hold",)] == 1


@pytest.mark.parametrize(("answers", "value"), [(True, 1), (False, 0)])
def test_a_broker_is_told(client, monkeypatch, answers, value):
    monkeypatch.setattr(health, "broker_answers", lambda: answers)
    assert read(client)[("bode_broker_up",)] == value


def test_a_database_that_is_away_is_a_figure_too(client, monkeypatch):
    def refuse():
        raise OperationalError("gone")

    monkeypatch.setattr(health, "look_at_sending", refuse)
    assert read(client) == {("bode_database_up",): 0}


def test_no_figure_holds_an_address(client):
    bulletin = make_gone("sending")
    delivery = make_delivery(bulletin)
    text = ask(client).content.decode()
    assert delivery.email not in text
    assert bulletin.subject not in text

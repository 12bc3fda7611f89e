"""A page that makes work due tells a worker, and never waits for or fails on Redis."""

import socket
import time

import pytest
from django.db import transaction

from bode import waking
from bode.celery import app
from bode.workers import stop as stopping
from mailings import tasks
from tests.mailings.sending import make_due_bulletin, statuses
from tests.queue.crew import SECONDS, children
from tests.smtp_server import nobodys_port, wait_until

TASK = "mailings.tasks.send"


@pytest.fixture
def silent():
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"redis://:geheim@127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def redis_at(settings, monkeypatch):
    def set_it(url):
        settings.REDIS_URL = url
        monkeypatch.setattr(app.conf, "broker_url", url)
        monkeypatch.setattr(app.conf, "broker_write_url", url)

    return set_it


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_told_after_the_commit_and_not_before(redis_at, valkey):
    redis_at(valkey.url)
    with valkey.client() as client:
        with transaction.atomic():
            waking.wake(TASK)
            assert client.llen("sending") == 0
        assert client.llen("sending") == 1


@pytest.mark.django_db(transaction=True)
def test_letters_have_a_queue_of_their_own(redis_at, valkey):
    redis_at(valkey.url)
    waking.wake("senders.tasks.deliver_letters")
    with valkey.client() as client:
        assert (client.llen("letters"), client.llen("sending")) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_redis_that_refuses_or_is_silent_costs_a_page_a_moment(
    redis_at, silent, caplog
):
    for url in (silent, f"redis://:geheim@127.0.0.1:{nobodys_port()}/0"):
        redis_at(url)
        begun = time.monotonic()
        waking.wake(TASK)
        assert time.monotonic() - begun < 2
    wait_until(lambda: len(caplog.messages) == 2)
    assert all("No worker could be told" in one for one in caplog.messages)
    assert "geheim" not in caplog.text


def test_from_send_now_to_the_first_mail_are_less_than_two_seconds(crew, mails):
    ours = crew()
    worker = ours.worker()
    bulletin = ours.prepare(5)
    wait_until(lambda: children(worker), seconds=SECONDS, what="the worker's start")
    ours.product.ok("send_bulletin", bulletin, "--yes")  # nobody else wakes it
    begun = time.monotonic()
    wait_until(lambda: mails.mails, seconds=SECONDS)
    assert time.monotonic() - begun < 2


def test_a_task_sends_what_is_due_and_nothing_once_it_is_to_stop(monkeypatch):
    bulletin = make_due_bulletin(people=3)
    monkeypatch.setattr(tasks, "own", tasks.Own())
    stopping.set()
    try:
        tasks.send()
        assert statuses(bulletin) == []
    finally:
        stopping.clear()
    tasks.send()
    assert statuses(bulletin) == ["sent"] * 3

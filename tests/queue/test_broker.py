"""Redis may be lost, emptied, full or late: it costs a tick, and nobody two copies."""

import threading
import time

import pytest

from tests.a_bulletin import numbered
from tests.smtp_server import wait_until

PEOPLE = 40
TICK = 2.0


class Reluctant:
    """A relay that answers everyone "later" until it is told to take mail."""

    def __init__(self) -> None:
        self.willing = threading.Event()
        self.asked: set[str] = set()

    def __call__(self, recipient, _content):
        self.asked.add(recipient)
        return None if self.willing.is_set() else "451 4.7.1 later please"


@pytest.fixture
def reluctant(mails):
    mails.before = Reluctant()
    return mails.before


def lost(valkey):
    valkey.kill()
    time.sleep(2 * TICK)
    valkey.start()


def restarted(valkey):
    valkey.stop()
    valkey.start()


def emptied(valkey):
    valkey.flush()


def full(valkey):
    valkey.fill()
    time.sleep(2 * TICK)
    valkey.empty_out()


@pytest.mark.parametrize(
    ("pool", "trouble"),
    [
        ("prefork", lost),
        ("prefork", restarted),
        ("prefork", emptied),
        ("prefork", full),
        ("solo", lost),
        ("solo", full),
    ],
)
def test_trouble_with_redis_in_the_middle_costs_time_and_nothing_else(
    crew, valkey, mails, reluctant, pool, trouble
):
    ours = crew()
    worker, beat = ours.worker("--pool", pool), ours.beat()
    bulletin = ours.send(PEOPLE)
    # Everybody is deferred: from here on each mail needs a worker to be woken again.
    wait_until(lambda: len(reluctant.asked) == PEOPLE, seconds=60)
    trouble(valkey)
    reluctant.willing.set()
    ours.until_sent(bulletin)
    assert mails.recipients == numbered(PEOPLE)
    assert ours.statuses(bulletin) == {"sent": PEOPLE}
    assert worker.poll() is None
    assert beat.poll() is None


def test_a_worker_that_starts_while_redis_is_full_or_away_waits_for_it(
    crew, valkey, mails
):
    ours = crew()
    valkey.kill()
    worker = ours.worker()
    bulletin = ours.send(3)
    wait_until(lambda: "Trying again" in ours.log(), seconds=60)
    valkey.start()
    valkey.fill()
    ours.beat()
    wait_until(lambda: "does not take a tick" in ours.log(), seconds=60)
    assert mails.mails == []
    valkey.empty_out()
    ours.until_sent(bulletin)
    assert worker.poll() is None


def test_hints_that_nobody_reads_do_not_pile_up(crew, valkey):
    ours = crew()
    hint = "from bode.hinting import hint; hint('mailings.tasks.send')"
    ours.product.ok("shell", "-c", f"for _ in range(30): exec({hint!r})")
    with valkey.client() as client:
        assert client.llen("sending") == 20
        client.flushall()


def test_the_same_message_three_times_sends_one_copy(crew, valkey, mails):
    ours = crew()
    bulletin = ours.send(PEOPLE)  # the command has woken: its message waits
    with valkey.client() as client:
        (message,) = client.lrange("sending", 0, -1)
        client.rpush("sending", message, message)
    ours.worker()
    ours.until_sent(bulletin)
    assert mails.recipients == numbered(PEOPLE)

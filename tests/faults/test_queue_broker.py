"""Redis may be lost, emptied, full or late: it costs a tick, and nobody two copies."""

import re
import socket
import threading
import time
from collections import Counter

import pytest

from tests.faults.crews import judge_crew
from tests.faults.stalling import OK, PEOPLE, Stall, kill
from tests.processes import SECONDS
from tests.smtp_server import wait_until

TICK = 2.0
LATER = b"451 4.3.0 later please\r\n"  # of the relay itself: no domain rests


class Reluctant:
    """A relay that answers everyone "later" until it is told to take mail."""

    def __init__(self) -> None:
        self.willing = threading.Event()
        self.asked: set[str] = set()

    def __call__(self, connection):
        self.asked.add(connection.recipient)
        return OK if self.willing.is_set() else LATER


def killed(valkey, chance):
    """It forgets all of it, or what it kept on disk comes again."""
    kept = chance.choice(["yes", "no"])
    with valkey.client() as client:
        client.config_set("appendonly", kept)
    valkey.kill()
    time.sleep(2 * TICK)
    valkey.start(appendonly=kept)


def restarted(valkey, chance):
    valkey.stop()
    valkey.start()


def emptied(valkey, chance):
    valkey.flush()


def full(valkey):
    valkey.fill()
    time.sleep(2 * TICK)
    valkey.empty_out()


@pytest.fixture
def goes_on_after(crew, script):
    """Claim that whatever befalls the broker in mid-send costs time alone."""

    def claim(trouble, *, pool):
        reluctant = script.answers["BODY"] = Reluctant()
        ours = crew()
        worker, beat = ours.worker("--pool", pool), ours.beat()
        # Everybody is deferred: from here on each mail needs a worker to be woken.
        wait_until(lambda: len(reluctant.asked) == PEOPLE, seconds=SECONDS)
        trouble()
        reluctant.willing.set()
        ours.until_sent("1")
        judge_crew(ours, script)
        assert worker.poll() is None
        assert beat.poll() is None

    return claim


def test_f02_who_dies_between_the_commit_and_the_message_has_sent_it_all_the_same(
    crew, script, drafted_url
):
    ours = crew(like=drafted_url)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(SECONDS)
        ours.worker()
        ours.beat()
        told = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        door = ours.product.start("send_bulletin", "1", "--yes", REDIS_URL=told)
        line, _address = silent.accept()  # its transaction holds; now it wants to tell
        kill(door)
        line.close()
    ours.until_sent("1")
    judge_crew(ours, script)


@pytest.mark.parametrize(
    ("pool", "trouble"),
    [
        ("prefork", killed),
        ("prefork", restarted),
        ("prefork", emptied),
        ("solo", killed),
    ],
)
def test_f10_a_broker_that_is_killed_or_emptied_in_the_middle_costs_time_alone(
    goes_on_after, valkey, chance, pool, trouble
):
    goes_on_after(lambda: trouble(valkey, chance), pool=pool)


def test_f10_a_broker_that_forgets_the_first_message_costs_time_alone(
    crew, script, valkey, drafted_url
):
    ours = crew(like=drafted_url)
    ours.product.ok("send_bulletin", "1", "--yes")
    with valkey.client() as client:
        assert client.llen("sending") == 1
        client.flushall()
    ours.worker()
    ours.beat()
    ours.until_sent("1")
    judge_crew(ours, script)


@pytest.mark.parametrize("pool", ["prefork", "solo"])
def test_f12_a_broker_that_is_full_in_the_middle_costs_time_alone(
    goes_on_after, valkey, pool
):
    goes_on_after(lambda: full(valkey), pool=pool)


def test_f27_a_message_that_comes_again_while_its_task_still_runs_sends_no_second_copy(
    crew, script
):
    ours = crew(PACE="6")  # four seconds of work
    ours.app = "tests.faults.impatient"
    ours.worker()
    ours.beat()
    ours.until_sent("1")
    judge_crew(ours, script)
    begun = Counter(re.findall(r"^begun (\S+)$", ours.log(), re.MULTILINE))
    assert max(begun.values()) > 1, "no message came twice: this proves nothing"


def test_f28_the_same_message_three_times_sends_one_copy(
    crew, script, valkey, drafted_url
):
    ours = crew(like=drafted_url)
    ours.product.ok("send_bulletin", "1", "--yes")  # its message waits
    with valkey.client() as client:
        (message,) = client.lrange("sending", 0, -1)
        client.rpush("sending", message, message)
    stall = script.answers["BODY"] = Stall(after=9, then=OK)
    ours.worker("--concurrency", "3")
    assert stall.reached.wait(SECONDS)
    with valkey.client() as client:
        wait_until(lambda: not client.llen("sending"), what="the reading of all three")
    stall.over.set()
    ours.until_sent("1")
    judge_crew(ours, script)

"""A worker that is asked to end finishes what it has in hand, and begins no more."""

import os
import signal
import time

import pytest

from tests.a_bulletin import numbered
from tests.queue.crew import children, is_alive, stop
from tests.smtp_server import wait_until

PEOPLE = 300


@pytest.mark.parametrize("pool", ["prefork", "solo"])
def test_a_stop_leaves_nothing_in_doubt_and_takes_a_moment(crew, mails, pool):
    # At this pace it takes a minute, and one task of it twenty seconds.
    ours = crew(PACE="5")
    worker = ours.worker("--pool", pool, "--concurrency", "1")
    bulletin = ours.send(PEOPLE)
    wait_until(lambda: len(mails.mails) > 5, seconds=60)
    begun = time.monotonic()
    assert stop(worker) == 0
    assert time.monotonic() - begun < 10
    left = ours.statuses(bulletin)
    assert set(left) == {"sent", "queued"}
    assert left["sent"] == len(mails.mails) < PEOPLE


def test_who_stops_the_whole_group_of_processes_loses_nothing_either(crew, mails):
    ours = crew(PACE="5")
    worker = ours.worker("--concurrency", "1")
    bulletin = ours.send(PEOPLE)
    wait_until(lambda: len(mails.mails) > 5, seconds=60)
    (child,) = children(worker)
    os.kill(child, signal.SIGTERM)
    before = len(mails.mails)
    wait_until(lambda: len(mails.mails) > before + 3, what="a child that goes on")
    os.kill(child, signal.SIGTERM)
    assert stop(worker) == 0
    assert set(ours.statuses(bulletin)) == {"sent", "queued"}
    assert not is_alive(child)


def test_a_killed_worker_ends_its_children_and_another_goes_on(crew, mails):
    ours = crew(PACE="40", LEASE_SECONDS="3")
    first = ours.worker()
    ours.beat()
    bulletin = ours.send(100)
    wait_until(lambda: len(mails.mails) > 10, seconds=60)
    pids = children(first)
    first.kill()
    first.wait()
    wait_until(lambda: not any(is_alive(pid) for pid in pids), what="the end of all")
    ours.worker()
    ours.until_sent(bulletin)
    found = ours.statuses(bulletin)
    assert found["sent"] + found["in_doubt"] == 100
    assert found["in_doubt"] <= 8
    assert len(set(mails.recipients)) == len(mails.recipients)
    assert set(mails.recipients) <= set(numbered(100))

"""A worker's own process dies, its message comes again, its beat is not alone."""

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from tests.a_bulletin import add_draft
from tests.faults.clocks import clock
from tests.faults.crews import judge_crew
from tests.faults.dying import SENT, dying
from tests.faults.stalling import CONNECTIONS, OK, PEOPLE, Stall, kill
from tests.processes import SECONDS
from tests.queue.crew import children, is_alive
from tests.smtp_server import CLOSE, wait_until

LEASE = {"LEASE_SECONDS": "3"}
GROUPS = PEOPLE // CONNECTIONS
# What the relay usually says there; before its text is whole a mail is not sent.
BEFORE_THE_TEXT = {"MAIL": OK, "RCPT": OK, "DATA": b"354 go on\r\n"}
AFTER_THE_TEXT = {"BODY": OK}


@pytest.mark.parametrize("moment", ["the last", "any"])
def test_f07_kill_after_a_commit_and_the_message_that_comes_again_find_one_copy_each(
    crew, script, valkey, drafted_url, chance, moment
):
    ours = crew(like=drafted_url, **LEASE)
    ours.product.ok("send_bulletin", "1", "--yes")
    with valkey.client() as client:
        (message,) = client.lrange("sending", 0, -1)
    commit = GROUPS if moment == "the last" else chance.randrange(1, GROUPS)
    first = ours.worker("--concurrency", "1", **dying(after=SENT, count=commit))
    wait_until(lambda: "signal 9" in ours.log(), seconds=SECONDS, what="its death")
    kill(first)  # or its next child would die of the same
    ours.worker("--concurrency", "1")
    with valkey.client() as client:
        client.rpush("sending", message)  # as where it was never acknowledged
    ours.beat()
    ours.until_sent("1")
    judge_crew(ours, script, doubts=0 if moment == "the last" else CONNECTIONS)


@pytest.mark.parametrize("steps", [BEFORE_THE_TEXT, AFTER_THE_TEXT])
def test_f08_kill_of_the_pool_child_leaves_no_more_in_doubt_than_it_had_in_hand(
    crew, script, chance, steps
):
    step, usual = chance.choice(sorted(steps.items()))
    # After the text the relay takes the mail, whoever may hear of it.
    then = OK if step == "BODY" else CLOSE
    stall = Stall(after=chance.randrange(PEOPLE), usual=usual, then=then)
    script.answers[step] = stall
    ours = crew(**LEASE)
    worker, beat = ours.worker("--concurrency", "1"), ours.beat()
    assert stall.reached.wait(SECONDS)
    (child,) = children(worker)
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: not is_alive(child), what="its death")
    stall.over.set()
    ours.until_sent("1")
    judge_crew(ours, script, doubts=CONNECTIONS)
    assert worker.poll() is None
    assert beat.poll() is None


def test_f25_two_beats_and_clocks_five_minutes_ahead_start_each_bulletin_once(
    crew, script, drafted_url
):
    ours = crew(like=drafted_url)
    later = add_draft(ours.product)
    soon = datetime.now(UTC) + timedelta(seconds=8)
    ours.product.ok("send_bulletin", "1", "--yes", "--at", soon.isoformat())
    in_a_while = (soon + timedelta(minutes=3)).isoformat()
    ours.product.ok("send_bulletin", later, "--yes", "--at", in_a_while)
    for settings in ({}, clock("+5m")):
        ours.worker(**settings)
        ours.beat(**settings)
    ours.until_sent("1")
    judge_crew(ours, script)
    begun = "SELECT started_at FROM mailings_bulletin WHERE id = 1"
    assert ours.product.query(begun)[0][0] >= soon
    starts = "SELECT bulletin_id FROM mailings_trailentry WHERE act = 'started'"
    assert ours.product.query(starts) == [(1,)]
    assert ours.status(later) == "scheduled"

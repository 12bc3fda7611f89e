"""PostgreSQL restarts at once, without order, in the middle of a bulletin."""

import time

import pytest

from tests.faults.crews import judge_crew
from tests.faults.stalling import OK, PEOPLE, Stall
from tests.processes import SECONDS
from tests.smtp_server import wait_until


@pytest.mark.parametrize("connections", [1, 4])
def test_f13_a_restart_while_mails_are_in_hand_leaves_nobody_in_doubt(
    crew, postgres, script, chance, connections
):
    stall = Stall(after=chance.randrange(PEOPLE), then=OK)
    script.answers["BODY"] = stall
    ours = crew(SMTP_CONNECTIONS=str(connections))
    sender = ours.product.start("run_sender")
    assert stall.reached.wait(SECONDS)
    postgres.restart()
    stall.over.set()
    ours.until_sent("1")
    sender.terminate()
    _out, said = sender.communicate(timeout=SECONDS)
    assert sender.returncode == 0
    assert said.startswith("The database does not answer, so nothing leaves:")
    assert len(said.splitlines()) == 1
    judge_crew(ours, script)


def test_f13_a_restart_at_any_moment_of_a_task_costs_time_alone(
    crew, postgres, script, chance
):
    ours = crew(PACE="12")  # two seconds of work
    worker, beat = ours.worker(), ours.beat()
    wait_until(lambda: script.taken, seconds=SECONDS, what="the first mail")
    time.sleep(chance.uniform(0, 1.5))
    postgres.restart()
    ours.until_sent("1")
    judge_crew(ours, script)
    assert worker.poll() is None
    assert beat.poll() is None

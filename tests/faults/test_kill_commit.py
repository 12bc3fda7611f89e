"""kill -9 at a commit, just before it or just after: nothing lost, nothing twice."""

import signal

import pytest

from tests.a_bulletin import ledger
from tests.faults.dying import CLAIMED, SCHEDULED, SENT, SUBMITTING, WRITTEN, dying
from tests.faults.judge import judge
from tests.faults.stalling import (
    AUDIENCE,
    CONNECTIONS,
    PEOPLE,
    counted,
    status,
    until_all_is_settled,
)
from tests.processes import SECONDS
from tests.smtp_server import Script, scripted

GROUPS = PEOPLE // CONNECTIONS
# What the dead one holds comes back, or is in doubt, once this is over.
LEASE = {"LEASE_SECONDS": "3"}


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def made(make_product, script):
    with scripted(script) as port:
        yield make_product(port)


def die(made, *command: str, **moment) -> None:
    """Run it until it is dead, which it must be."""
    child = made.start(*command, **LEASE, **dying(**moment))
    assert child.communicate(timeout=SECONDS) == ("", "")
    assert child.returncode == -signal.SIGKILL


def judged(made, script, *, doubts=0):
    judge(
        audience=AUDIENCE,
        ledger=ledger(made, "1"),
        taken=script.taken,
        doubts=doubts,
    )


def test_f01_kill_before_the_commit_of_send_leaves_a_draft(product, drafted, script):
    with scripted(script) as port:
        url = f"smtp://127.0.0.1:{port}"
        made = product(like=drafted, TRANSPORT="smtp", SMTP_URL=url)
        die(made, "send_bulletin", "1", "--yes", before=SCHEDULED)
        assert status(made) == "draft"
        assert (counted(made), script.taken) == ({}, [])
        made.ok("send_bulletin", "1", "--yes")
        until_all_is_settled(made)
    judged(made, script)


def test_f01_kill_before_the_audience_is_committed_starts_nothing(made, script):
    die(made, "run_sender", before=WRITTEN)
    assert status(made) == "scheduled"
    assert (counted(made), script.taken) == ({}, [])
    until_all_is_settled(made)
    judged(made, script)


def test_f02_kill_after_the_commit_of_send_and_whoever_looks_next_sends_it(
    product, drafted, script
):
    with scripted(script) as port:
        url = f"smtp://127.0.0.1:{port}"
        made = product(like=drafted, TRANSPORT="smtp", SMTP_URL=url)
        die(made, "send_bulletin", "1", "--yes", after=SCHEDULED)
        assert status(made) == "scheduled"
        until_all_is_settled(made)
    judged(made, script)


def test_f02_kill_after_the_audience_is_committed_and_whoever_looks_next_sends_it(
    made, script
):
    die(made, "run_sender", after=WRITTEN)
    assert status(made) == "sending"
    assert (counted(made), script.taken) == ({"queued": PEOPLE}, [])
    until_all_is_settled(made)
    judged(made, script)


def test_f03_kill_after_the_claim_and_nobody_is_in_doubt(made, script):
    die(made, "run_sender", after=CLAIMED)
    assert (counted(made), script.taken) == ({"claimed": PEOPLE}, [])
    until_all_is_settled(made)
    judged(made, script)


def test_f04_kill_after_submitting_before_a_byte_leaves(made, script, chance):
    group = chance.randint(1, GROUPS)
    die(made, "run_sender", after=SUBMITTING, count=group)
    assert len(script.taken) == (group - 1) * CONNECTIONS
    assert counted(made)["submitting"] == CONNECTIONS
    until_all_is_settled(made)
    assert counted(made) == {"in_doubt": CONNECTIONS, "sent": PEOPLE - CONNECTIONS}
    judged(made, script, doubts=CONNECTIONS)


def test_f06_kill_after_250_before_the_verdict_is_committed(made, script, chance):
    deaths = 3
    for _ in range(deaths):
        before = len(script.taken)
        die(made, "run_sender", before=SENT, count=chance.choice([1, 2]))
        assert len(script.taken) > before
        assert counted(made)["submitting"] == CONNECTIONS
    until_all_is_settled(made)
    assert sorted(script.taken) == AUDIENCE  # in truth they all were sent
    assert counted(made)["in_doubt"] == deaths * CONNECTIONS
    judged(made, script, doubts=deaths * CONNECTIONS)


def test_f06_kill_right_after_the_verdict_is_committed(made, script, chance):
    # The next group is granted in the same commit, and in doubt though nothing left.
    die(made, "run_sender", after=SENT, count=chance.randint(1, GROUPS))
    until_all_is_settled(made)
    judged(made, script, doubts=CONNECTIONS)

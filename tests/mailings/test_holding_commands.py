"""The commands, where a bulletin missed its time or all sending is on hold."""

import json
import subprocess
import sys
import time

import pytest

from tests.a_bulletin import add_draft, add_people, ledger, numbered
from tests.processes import ROOT
from tests.smtp_server import Script, scripted

HOLD = {"SENDING": "hold"}
LATE = {"LATE_LIMIT": "1"}


@pytest.fixture(scope="session")
def scheduled(installations, tmp_path_factory):
    """With a due bulletin to three people: made once, its database then copied."""
    made = installations.make(tmp_path_factory.mktemp("scheduled"))
    add_people(made, numbered(3))
    add_draft(made)
    made.ok("send_bulletin", "1", "--yes")
    return made


@pytest.fixture
def due(product, scheduled):
    return product(like=scheduled)


@pytest.fixture
def held(due):
    due.ok("run_sender", "--until-idle", **HOLD)
    assert ledger(due, "1")["status"] == "held"
    return due


def refused(done) -> str:
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def test_a_server_that_was_down_at_the_due_time_asks_first(due):
    time.sleep(1.1)
    due.ok("run_sender", "--until-idle", **LATE)
    told = ledger(due, "1")
    assert (told["status"], told["audience"]) == ("held", 0)
    assert told["reason"] == "nothing was sending then"
    due.ok("send_bulletin", "1", "--yes")
    due.ok("run_sender", "--until-idle")
    told = ledger(due, "1")
    assert (told["status"], told["reason"], told["totals"]["sent"]) == ("sent", "", 3)


def test_of_two_senders_one_holds_it_and_tells_the_operators(due):
    time.sleep(1.1)
    own = LATE | {"OPERATORS": "ops@lageland.example", "RETRY_SECONDS": "600"}
    both = [due.start("run_sender", "--until-idle", **own) for _ in range(2)]
    assert [child.wait(60) for child in both] == [0, 0]
    assert ledger(due, "1")["status"] == "held"
    told = due.query("SELECT recipient FROM senders_letter")
    assert told == [("ops@lageland.example",)]


def test_a_restored_copy_sends_nothing(due):
    """It was backed up in the middle of sending, one mail on its way."""
    relay = {"TRANSPORT": "smtp", "SMTP_CONNECTIONS": "1"}
    with scripted(Script(RCPT="450 4.2.0 later")) as port:
        relay["SMTP_URL"] = f"smtp://127.0.0.1:{port}"
        due.ok("run_sender", "--until-idle", RETRY_SECONDS="1", **relay)
    time.sleep(1.5)
    due.ok("run_sender", "--until-idle", **HOLD)
    told = ledger(due, "1")
    assert (told["status"], told["reason"]) == ("paused", "sending was put on hold")
    assert told["totals"]["deferred"] == 3
    assert "on hold" in refused(due.run("resume_bulletin", "1", **HOLD))
    due.ok("resume_bulletin", "1")
    due.ok("run_sender", "--until-idle")
    assert ledger(due, "1")["totals"]["sent"] == 3


def test_on_hold_nothing_is_sent_by_hand_either(held):
    assert "on hold" in refused(held.run("send_bulletin", "1", "--yes", **HOLD))
    assert ledger(held, "1")["status"] == "held"


def test_what_is_held_may_leave_later(held):
    said = held.ok("send_bulletin", "1", "--at", "2999-06-01T09:00", "--yes")
    assert "2999-06-01T09:00:00+02:00" in said
    told = ledger(held, "1")
    assert (told["status"], told["reason"]) == ("scheduled", "")


@pytest.mark.parametrize(
    ("answer", "code", "status"), [("y\n", 0, "scheduled"), ("n\n", 1, "held")]
)
def test_it_says_why_and_asks(held, answer, code, status):
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "send_bulletin", "1"],
        cwd=held.folder,
        env=held.environment,
        input=answer,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    assert "It was to go out at 20" in done.stdout
    assert "but sending was put on hold" in done.stdout
    assert "goes to 3 people" in done.stdout
    assert json.loads(held.ok("deliveries", "1", "--json"))["status"] == status

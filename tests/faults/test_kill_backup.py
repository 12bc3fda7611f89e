"""A backup from the middle of a bulletin is restored, as docs/operators/backup.md says.

The copy believes what was in the picture; what left since it cannot know.
"""

import contextlib
import signal
import sqlite3
import subprocess

import pytest

from tests.a_bulletin import ledger
from tests.faults.judge import judge
from tests.faults.stalling import (
    AUDIENCE,
    CONNECTIONS,
    OK,
    PEOPLE,
    Stall,
    counted,
    kill,
    status,
    until_all_is_settled,
)
from tests.processes import SECONDS
from tests.servers.postgres import find_programs
from tests.smtp_server import Script, scripted, wait_until

GROUPS = PEOPLE // CONNECTIONS
TALLIED = """
    SELECT status, sum(count) FROM mailings_tally GROUP BY status HAVING sum(count) <> 0
"""


@pytest.fixture
def restored(product, postgres, tmp_path):
    """Make a product of what is in the other's database at this moment."""

    def make(original, **settings: str):
        settings = original.environment | settings
        if original.on_postgresql:
            kept = tmp_path / "bode.dump"
            settings["DATABASE_URL"] = dumped_and_restored(original, postgres, kept)
            return product(**settings)
        for own in ("HOME", "DATABASE_URL"):
            del settings[own]
        copy = product(**settings)
        with (
            contextlib.closing(sqlite3.connect(original.database)) as source,
            contextlib.closing(sqlite3.connect(copy.database)) as backup,
        ):
            source.backup(backup)
        return copy

    return make


def dumped_and_restored(original, postgres, kept) -> str:
    programs = find_programs()
    url = postgres.create()
    for command in (
        ["pg_dump", "--format=custom", f"--file={kept}", original.url],
        ["pg_restore", "--no-owner", f"--dbname={url}", kept],
    ):
        subprocess.run([programs / command[0], *command[1:]], check=True)
    return url


@pytest.fixture
def stall(chance):
    """In the middle: some are sent, a group is in hand, the rest waits."""
    group = chance.randint(1, GROUPS - 2)
    return Stall(after=group * CONNECTIONS, then=OK, most=CONNECTIONS)


def test_f48_on_hold_a_backup_sends_nothing_beside_the_original(
    make_product, restored, stall
):
    script, other = Script(BODY=stall), Script()
    with scripted(script) as port, scripted(other) as other_port:
        made = make_product(port, LEASE_SECONDS="60")
        sender = made.start("run_sender")
        assert stall.reached.wait(SECONDS)
        url = f"smtp://127.0.0.1:{other_port}"
        copy = restored(made, SMTP_URL=url, SENDING="hold")
        copy.ok("run_sender", "--until-idle")
        assert status(copy) == "paused"
        assert copy.run("resume_bulletin", "1").returncode == 1
        stall.over.set()
        wait_until(lambda: status(made) == "sent", seconds=SECONDS, what="the end")
        sender.terminate()
        assert sender.communicate(timeout=SECONDS) == ("", "")
        copy.ok("run_sender", "--until-idle")
    assert (other.connections, other.taken) == (0, [])
    judge(audience=AUDIENCE, ledger=ledger(made, "1"), taken=script.taken)


def test_f48_a_backup_that_takes_over_doubts_what_was_in_hand_and_sends_the_rest(
    make_product, restored, stall
):
    script = Script(BODY=stall)
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS="3")
        sender = made.start("run_sender")
        assert stall.reached.wait(SECONDS)
        # Between the picture and its end nothing leaves of which the copy cannot know.
        sender.send_signal(signal.SIGSTOP)
        copy = restored(made, SENDING="hold")
        kill(sender)
        stall.over.set()
        looking = copy.start("run_sender")
        wait_until(
            lambda: counted(copy).get("in_doubt") and status(copy) == "paused",
            seconds=SECONDS,
            what="the doubt",
        )
        looking.terminate()
        looking.communicate(timeout=SECONDS)
        counts = counted(copy)
        assert counts["sent"] + counts["queued"] == PEOPLE - CONNECTIONS
        assert counts["in_doubt"] == CONNECTIONS
        assert dict(copy.query(TALLIED)) == counts
        copy.ok("resume_bulletin", "1", SENDING="on")
        until_all_is_settled(copy, SENDING="on")
        told = ledger(copy, "1")
    whole = [recipient for recipient, _content in script.bodies]
    judge(audience=AUDIENCE, ledger=told, taken=whole, doubts=CONNECTIONS)

"""A sender that is killed, stopped or not alone: nobody gets two or is forgotten."""

import contextlib
import os
import signal
import threading
from collections import Counter

import pytest

from tests.a_bulletin import add_draft, add_people, ledger, numbered
from tests.processes import SECONDS
from tests.smtp_server import CLOSE, Script, scripted, sink, wait_until

PEOPLE = 24
CONNECTIONS = 4


class Stall:
    """A step of the scripted server at which it stops answering, once it is armed."""

    def __init__(self, *, after: int, usual: bytes) -> None:
        self.left = after
        self.usual = usual
        self.reached = threading.Event()
        self.over = threading.Event()
        self.lock = threading.Lock()

    def __call__(self, connection):
        with self.lock:
            self.left -= 1
            stalls = self.left < 0 and not self.over.is_set()
        if not stalls:
            return self.usual
        self.reached.set()
        self.over.wait(SECONDS)
        return CLOSE


@pytest.fixture(scope="session")
def due(installations, tmp_path_factory):
    """With a bulletin that is due: made once, its database copied for each test."""
    made = installations.make(tmp_path_factory.mktemp("due"))
    add_people(made, numbered(PEOPLE))
    made.ok("send_bulletin", add_draft(made), "--yes")
    return made


@pytest.fixture
def make_product(product, due):
    def make(port):
        return product(
            like=due,
            TRANSPORT="smtp",
            SMTP_URL=f"smtp://127.0.0.1:{port}",
            SMTP_CONNECTIONS=str(CONNECTIONS),
            LEASE_SECONDS="1",
        )

    return make


def status(product) -> str:
    """The bulletin's, read beside the processes that write it."""
    return product.query("SELECT status FROM mailings_bulletin")[0][0]


def until_all_is_settled(product):
    """Let a sender run until no delivery is open any more."""
    sender = product.start("run_sender")
    wait_until(lambda: status(product) == "sent", seconds=SECONDS, what="the end")
    sender.terminate()
    assert sender.communicate(timeout=SECONDS) == ("", "")


@pytest.mark.parametrize(
    ("stage", "usual"), [("MAIL", b"250 ok\r\n"), ("BODY", b"250 ok\r\n")]
)
def test_after_a_kill_nobody_has_two_and_who_has_none_is_in_doubt(
    make_product, stage, usual
):
    stall = Stall(after=9, usual=usual)
    script = Script(**{stage: stall})
    with scripted(script) as port:
        made = make_product(port)
        # A lease that outlasts the test's own slowness, and is over at the next start.
        sender = made.start("run_sender", LEASE_SECONDS="3")
        assert stall.reached.wait(SECONDS)
        os.kill(sender.pid, signal.SIGKILL)
        sender.wait(SECONDS)
        stall.over.set()
        before = ledger(made, "1")["totals"]
        assert 1 <= before["submitting"] <= CONNECTIONS
        until_all_is_settled(made)
        told = ledger(made, "1")
    copies = Counter(recipient for recipient, _content in script.bodies)
    assert max(copies.values()) == 1
    doubtful = {row["email"] for row in told["deliveries"] if row["status"] != "sent"}
    assert set(numbered(PEOPLE)) - set(script.taken) <= doubtful
    assert len(doubtful) <= CONNECTIONS
    for row in told["deliveries"]:
        assert row["status"] in ("sent", "in_doubt")
        assert (row["status"] == "in_doubt") == bool(row["reason"])
    assert sum(told["totals"].values()) == told["audience"] == PEOPLE


def test_a_kill_before_anything_is_handed_over_costs_nothing(make_product):
    stall = Stall(after=0, usual=b"220 hi\r\n")
    script = Script(CONNECT=stall)
    with scripted(script) as port:
        made = make_product(port)
        sender = made.start("run_sender")
        assert stall.reached.wait(SECONDS)
        sender.kill()
        sender.wait(SECONDS)
        stall.over.set()
        totals = ledger(made, "1")["totals"]
        assert (totals["claimed"], totals["submitting"]) == (PEOPLE, 0)
        until_all_is_settled(made)
    assert sorted(script.taken) == numbered(PEOPLE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_polite_stop_leaves_nothing_in_doubt(make_product, number):
    stall = Stall(after=9, usual=b"250 ok\r\n")

    def slow(connection):
        answer = stall(connection)
        return b"250 ok\r\n" if answer is CLOSE else answer

    script = Script(BODY=slow)
    with scripted(script) as port:
        made = make_product(port)
        sender = made.start("run_sender", LEASE_SECONDS="60")
        assert stall.reached.wait(SECONDS)
        sender.send_signal(number)
        stall.over.set()
        _out, err = sender.communicate(timeout=SECONDS)
        assert (sender.returncode, err) == (0, "")
        totals = ledger(made, "1")["totals"]
        assert totals["sent"] == len(script.taken)
        assert totals["sent"] + totals["queued"] == PEOPLE
        assert totals["queued"] > 0
        until_all_is_settled(made)
    assert sorted(script.taken) == numbered(PEOPLE)


def _pulses(made) -> int:
    ((count,),) = made.query("SELECT count(*) FROM mailings_pulse")
    return count


def test_an_idle_sender_stops_at_once(product):
    made = product(TRANSPORT="outbox")
    sender = made.start("run_sender")
    wait_until(lambda: _pulses(made), seconds=SECONDS, what="the sender's first look")
    sender.send_signal(signal.SIGTERM)
    _out, err = sender.communicate(timeout=5)
    assert (sender.returncode, err) == (0, "")


def test_two_senders_at_once_give_each_person_one_copy(make_product):
    with sink() as (kept, port):
        made = make_product(port)
        senders = [
            made.start("run_sender", "--until-idle", LEASE_SECONDS="60")
            for _ in range(2)
        ]
        for sender in senders:
            _out, err = sender.communicate(timeout=SECONDS)
            assert (sender.returncode, err) == (0, "")
        until_all_is_settled(made)
    assert kept.recipients == numbered(PEOPLE)


@pytest.mark.parametrize("verb", ["pause_bulletin", "cancel_bulletin"])
def test_a_pause_and_a_cancel_from_elsewhere_act_within_a_group(make_product, verb):
    stall = Stall(after=9, usual=b"250 ok\r\n")
    script = Script(
        BODY=lambda connection: (
            b"250 ok\r\n" if stall(connection) is CLOSE else b"250 ok\r\n"
        )
    )
    with scripted(script) as port:
        made = make_product(port)
        sender = made.start("run_sender", "--until-idle", LEASE_SECONDS="60")
        assert stall.reached.wait(SECONDS)
        handed = len(script.taken)
        made.ok(verb, "1")
        stall.over.set()
        _out, err = sender.communicate(timeout=SECONDS)
        assert (sender.returncode, err) == (0, "")
    assert len(script.taken) <= handed + CONNECTIONS
    told = ledger(made, "1")
    rest = "queued" if verb == "pause_bulletin" else "skipped"
    assert told["totals"]["sent"] == len(script.taken)
    assert told["totals"][rest] == PEOPLE - len(script.taken)


@contextlib.contextmanager
def away(made, postgres):
    """Its database is gone for a while: moved, or its server refuses."""
    if made.on_postgresql:
        with postgres.away(made.url):
            yield
        return
    moved = made.database.rename(made.folder / "away.sqlite3")
    yield
    assert not made.database.exists()  # no empty one was begun
    moved.rename(made.database)


def test_nothing_leaves_while_the_database_is_away(make_product, postgres):
    stall = Stall(after=9, usual=b"250 ok\r\n")
    script = Script(
        BODY=lambda connection: (
            b"250 ok\r\n" if stall(connection) is CLOSE else b"250 ok\r\n"
        )
    )
    with scripted(script) as port:
        made = make_product(port)
        sender = made.start("run_sender", "--until-idle", LEASE_SECONDS="60")
        assert stall.reached.wait(SECONDS)
        with away(made, postgres):
            stall.over.set()
            assert "The database does not answer" in sender.stderr.readline()
            handed = len(script.taken)
            assert handed <= 9 + CONNECTIONS
        _out, err = sender.communicate(timeout=SECONDS)
        assert (sender.returncode, err) == (0, "")
    assert sorted(script.taken) == numbered(PEOPLE)
    assert ledger(made, "1")["totals"]["sent"] == PEOPLE

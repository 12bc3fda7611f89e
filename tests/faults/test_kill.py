"""A sender that is killed, stopped or not alone: nobody gets two or is forgotten."""

import os
import signal
from collections import Counter

import pytest

from tests.a_bulletin import ledger, numbered
from tests.faults.stalling import CONNECTIONS, OK, PEOPLE, Stall, until_all_is_settled
from tests.processes import SECONDS
from tests.smtp_server import Script, scripted, sink, wait_until


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
    stall = Stall(after=9, then=OK)
    script = Script(BODY=stall)
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

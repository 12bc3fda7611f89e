"""A sender that is asked to stop, as at every deploy: it ends what it has in hand."""

import signal

import pytest

from tests.a_bulletin import ledger
from tests.faults.judge import judge
from tests.faults.stalling import (
    AUDIENCE,
    OK,
    PEOPLE,
    Stall,
    counted,
    until_all_is_settled,
)
from tests.processes import SECONDS
from tests.smtp_server import Script, scripted, wait_until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_f09_a_polite_stop_leaves_nothing_in_doubt(make_product, chance, number):
    stall = Stall(after=chance.randrange(PEOPLE - 8), then=OK)
    script = Script(BODY=stall)
    with scripted(script) as port:
        made = make_product(port)
        sender = made.start("run_sender", LEASE_SECONDS="60")
        assert stall.reached.wait(SECONDS)
        sender.send_signal(number)
        stall.over.set()
        _out, err = sender.communicate(timeout=30)
        assert (sender.returncode, err) == (0, "")
        sent = len(script.taken)
        assert counted(made) == {"sent": sent, "queued": PEOPLE - sent}
        until_all_is_settled(made)
    judge(audience=AUDIENCE, ledger=ledger(made, "1"), taken=script.taken)


def _pulses(made) -> int:
    ((count,),) = made.query("SELECT count(*) FROM mailings_pulse")
    return count


def test_f09_an_idle_sender_stops_at_once(product):
    made = product(TRANSPORT="outbox")
    sender = made.start("run_sender")
    wait_until(lambda: _pulses(made), seconds=SECONDS, what="the sender's first look")
    sender.send_signal(signal.SIGTERM)
    _out, err = sender.communicate(timeout=5)
    assert (sender.returncode, err) == (0, "")

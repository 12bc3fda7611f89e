"""A pause and a cancel from elsewhere, in the middle of a bulletin."""

import pytest

from tests.a_bulletin import ledger
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, CONNECTIONS, OK, PEOPLE, Stall
from tests.processes import SECONDS
from tests.smtp_server import Script, scripted


@pytest.mark.parametrize("verb", ["pause_bulletin", "cancel_bulletin"])
def test_f33_f34_a_pause_and_a_cancel_act_within_a_group(make_product, verb):
    stall = Stall(after=9, then=OK)
    script = Script(BODY=stall)
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
    is_over = verb == "cancel_bulletin"
    judge(audience=AUDIENCE, ledger=told, taken=script.taken, is_over=is_over)
    rest = "skipped" if is_over else "queued"
    assert told["totals"][rest] == PEOPLE - len(script.taken)

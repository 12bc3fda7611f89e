"""kill -9 while the relay has mails in hand: nobody gets two or is forgotten."""

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
from tests.smtp_server import Script, scripted, wait_until

# A lease that outlasts the test's own slowness, and is over soon after the kill.
LEASE = {"LEASE_SECONDS": "3"}


def killed_in_hand(make_product, script, stall):
    """A sender is killed when the relay is silent, and another does the rest."""
    with scripted(script) as port:
        made = make_product(port)
        sender = made.start("run_sender", **LEASE)
        assert stall.reached.wait(SECONDS)
        kill(sender)
        stall.over.set()
        held = counted(made)
        until_all_is_settled(made)
        return held, ledger(made, "1")


def test_f03_kill_while_connecting_leaves_nobody_in_doubt(make_product):
    stall = Stall(after=0, usual=b"220 hi\r\n")
    script = Script(CONNECT=stall)
    held, told = killed_in_hand(make_product, script, stall)
    assert held == {"claimed": PEOPLE}
    judge(audience=AUDIENCE, ledger=told, taken=script.taken)


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_f04_kill_before_the_final_dot_leaves_no_more_in_doubt_than_were_in_hand(
    make_product, chance, stage
):
    usual = b"354 go on\r\n" if stage == "DATA" else OK
    stall = Stall(after=chance.randrange(PEOPLE), usual=usual)
    script = Script(**{stage: stall})
    held, told = killed_in_hand(make_product, script, stall)
    assert 1 <= held["submitting"] <= CONNECTIONS
    judge(audience=AUDIENCE, ledger=told, taken=script.taken, doubts=CONNECTIONS)
    assert told["totals"]["in_doubt"] == held["submitting"]


def test_f05_kill_after_the_final_dot_before_250(make_product, chance):
    stall = Stall(after=chance.randrange(PEOPLE))
    script = Script(BODY=stall)
    held, told = killed_in_hand(make_product, script, stall)
    assert 1 <= held["submitting"] <= CONNECTIONS
    # The relay has the whole mail: it delivers it, whoever hears of that.
    whole = [recipient for recipient, _content in script.bodies]
    judge(audience=AUDIENCE, ledger=told, taken=whole, doubts=CONNECTIONS)
    assert told["totals"]["in_doubt"] == held["submitting"]


def test_f04_f05_f06_kill_again_and_again_at_any_moment(make_product, chance):
    script = Script()
    kills = 4
    with scripted(script) as port:
        made = make_product(port)
        for number in range(kills):
            sender = made.start("run_sender", **LEASE)
            # Five commands for each mail: it strikes at any of them, or in between.
            moment = len(script.commands) + chance.randint(1, 5 * PEOPLE // kills)
            wait_until(
                lambda moment=moment: (
                    len(script.commands) >= moment or status(made) == "sent"
                ),
                seconds=SECONDS,
                what=f"the moment of kill {number}",
            )
            kill(sender)
        until_all_is_settled(made)
        told = ledger(made, "1")
    whole = [recipient for recipient, _content in script.bodies]
    doubts = kills * CONNECTIONS
    judge(audience=AUDIENCE, ledger=told, taken=whole, doubts=doubts)

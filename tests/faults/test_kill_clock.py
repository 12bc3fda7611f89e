"""The clock of the machine jumps in the middle of a bulletin.

PostgreSQL's clock is its own and decides; on SQLite the senders' is the database's.
"""

import pytest

from tests.a_bulletin import ledger
from tests.faults.clocks import clock
from tests.faults.judge import judge
from tests.faults.stalling import (
    AUDIENCE,
    CONNECTIONS,
    OK,
    PEOPLE,
    Stall,
    counted,
    status,
)
from tests.processes import SECONDS
from tests.smtp_server import Script, scripted, wait_until

GROUPS = PEOPLE // CONNECTIONS


class Clock:
    """What all senders of a machine take for the time: beside the true one."""

    def __init__(self, folder):
        self.file = folder / "clock"
        self.environment = {
            "LD_PRELOAD": clock("+0")["LD_PRELOAD"],
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            # The one that counts from the start of the machine never jumps.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.jump("+0")

    def jump(self, by: str) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{by}\n")
        fresh.rename(self.file)


@pytest.mark.parametrize("by", ["-1h", "+1d"])
def test_f30_after_a_jump_of_the_clock_nothing_is_sent_again(
    make_product, tmp_path, chance, by
):
    shared = Clock(tmp_path)
    before = CONNECTIONS * chance.randint(1, GROUPS - 2)
    stall = Stall(after=before, then=OK, most=CONNECTIONS)
    script = Script(BODY=stall)
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS="60", **shared.environment)
        first = made.start("run_sender")
        assert stall.reached.wait(SECONDS)
        shared.jump(by)
        # Another looks what is left, while the first has a group in hand.
        other = made.start("run_sender", "--until-idle")
        assert other.communicate(timeout=SECONDS) == ("", "")
        if made.on_postgresql or by == "-1h":
            # The lease is not over: it has done nothing.
            held = {"submitting": CONNECTIONS, "sent": before}
            assert counted(made).items() >= held.items()
        else:
            # The lease is over, it seems: whatever may have left is not sent again.
            rest = PEOPLE - CONNECTIONS
            assert counted(made) == {"in_doubt": CONNECTIONS, "sent": rest}
        stall.over.set()
        shared.jump("+0")
        wait_until(lambda: status(made) == "sent", seconds=SECONDS, what="the end")
        first.terminate()
        assert first.communicate(timeout=SECONDS) == ("", "")
    # Also what was in doubt is not any more: its sender came back with the answer.
    judge(audience=AUDIENCE, ledger=ledger(made, "1"), taken=script.taken)

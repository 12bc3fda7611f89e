"""Eight senders on one bulletin: they share it, and nobody gets two."""

import contextlib
import signal

from tests.a_bulletin import add_draft, add_people, ledger, numbered
from tests.faults.judge import judge
from tests.faults.stalling import CONNECTIONS, status
from tests.processes import SECONDS
from tests.smtp_server import Script, scripted, wait_until

SENDERS = 8
CROWD = numbered(120)


def test_f26_eight_senders_share_a_bulletin_and_each_person_has_one_copy(
    product,
):
    made = product(
        TRANSPORT="smtp",
        SMTP_CONNECTIONS=str(CONNECTIONS),
        SMTP_URL="smtp://127.0.0.1:9",  # each has one of its own
        # Slices of 30, or the first would have it all before the last has begun.
        PACE="20",
        LEASE_SECONDS="3",
    )
    add_people(made, CROWD)
    bulletin = add_draft(made)
    scripts = [Script() for _ in range(SENDERS)]
    with contextlib.ExitStack() as relays:
        ports = [relays.enter_context(scripted(script)) for script in scripts]
        senders = [
            made.start("run_sender", SMTP_URL=f"smtp://127.0.0.1:{port}")
            for port in ports
        ]
        pulses = "SELECT count(*) FROM mailings_pulse"
        wait_until(
            lambda: made.query(pulses) == [(SENDERS,)], seconds=SECONDS, what="all"
        )
        made.ok("send_bulletin", bulletin, "--yes")
        wait_until(lambda: status(made) == "sent", seconds=SECONDS, what="the end")
        for sender in senders:
            sender.send_signal(signal.SIGTERM)
        for sender in senders:
            assert sender.communicate(timeout=SECONDS) == ("", "")
    taken = [person for script in scripts for person in script.taken]
    judge(audience=CROWD, ledger=ledger(made, bulletin), taken=taken)
    assert sum(bool(script.taken) for script in scripts) >= len(CROWD) / 30

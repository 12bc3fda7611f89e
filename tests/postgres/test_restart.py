"""PostgreSQL restarts at once, in the middle of a bulletin."""

import threading
from collections import Counter

import pytest

from tests.a_bulletin import add_draft, add_people, ledger, numbered
from tests.processes import SECONDS
from tests.smtp_server import Script, scripted, wait_until

PEOPLE = 24


@pytest.mark.parametrize("connections", [1, 4])
def test_a_restart_in_the_middle_gives_everybody_one_copy(
    product, postgres, connections
):
    reached, over = threading.Event(), threading.Event()

    def answer(_connection):
        if len(script.taken) >= 9:
            reached.set()
            over.wait(SECONDS)
        return b"250 ok\r\n"

    script = Script(BODY=answer)
    with scripted(script) as port:
        made = product(
            TRANSPORT="smtp",
            SMTP_URL=f"smtp://127.0.0.1:{port}",
            SMTP_CONNECTIONS=str(connections),
        )
        add_people(made, numbered(PEOPLE))
        made.ok("send_bulletin", add_draft(made), "--yes")
        sender = made.start("run_sender")
        assert reached.wait(SECONDS)
        postgres.restart()
        over.set()
        wait_until(lambda: status(made) == "sent", seconds=SECONDS, what="the end")
        sender.terminate()
        _out, said = sender.communicate(timeout=SECONDS)
    assert sender.returncode == 0
    assert said.startswith("The database does not answer, so nothing leaves:")
    assert Counter(script.taken) == dict.fromkeys(numbered(PEOPLE), 1)
    assert ledger(made, "1")["totals"]["sent"] == PEOPLE


def status(made) -> str:
    return made.query("SELECT status FROM mailings_bulletin")[0][0]

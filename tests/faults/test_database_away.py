"""The database goes away in the middle of a bulletin, and comes back."""

import contextlib

from tests.a_bulletin import ledger
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, CONNECTIONS, OK, Stall
from tests.processes import SECONDS
from tests.smtp_server import Script, scripted


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


def test_f13_nothing_leaves_while_the_database_is_away(make_product, postgres):
    stall = Stall(after=9, then=OK)
    script = Script(BODY=stall)
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
    judge(audience=AUDIENCE, ledger=ledger(made, "1"), taken=script.taken)

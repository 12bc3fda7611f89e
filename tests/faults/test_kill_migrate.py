"""A later version migrates the database while senders of this one are at work."""

from tests.a_bulletin import ledger
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

# What its migrations would do: on SQLite Django makes each of the tables anew.
LATER = """
from django.db import connection, models
from mailings.models import Bulletin, Delivery, Pulse
for model in (Bulletin, Delivery, Pulse):
    field = models.TextField(default="x", db_default="x")
    field.set_attributes_from_name("later")
    field.model = model
    with connection.schema_editor() as editor:
        editor.add_field(model, field)
"""
TALLIED = """
    SELECT status, sum(count) FROM mailings_tally GROUP BY status HAVING sum(count) <> 0
"""


def test_f47_a_migration_in_the_middle_of_a_bulletin_loses_nothing(
    make_product, chance
):
    stall = Stall(after=chance.randrange(PEOPLE - CONNECTIONS), then=OK)
    script = Script(BODY=stall)
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS="60")
        senders = [made.start("run_sender") for _ in range(2)]
        assert stall.reached.wait(SECONDS)
        # Done while mails are in hand: no transaction is open meanwhile.
        made.ok("shell", "-c", LATER)
        made.ok("migrate", "--verbosity", "0")
        assert made.query("SELECT DISTINCT later FROM mailings_delivery") == [("x",)]
        assert counted(made)["submitting"] > 0
        stall.over.set()
        wait_until(lambda: status(made) == "sent", seconds=SECONDS, what="the end")
        for sender in senders:
            sender.terminate()
            assert sender.communicate(timeout=SECONDS) == ("", "")
    judge(audience=AUDIENCE, ledger=ledger(made, "1"), taken=script.taken)
    assert made.query(TALLIED) == [("sent", PEOPLE)]

"""`deliveries`: the ledger for scripts and spreadsheets, all of it of one moment."""

import csv
import functools
import io
import json
import tempfile

import pytest
from django.core.management import CommandError, call_command

from tests.a_bulletin import add_draft, add_people, numbered
from tests.mailings.sending import make_sending_bulletin
from tests.processes import SECONDS
from tests.smtp_server import wait_until

MANY = 1500  # more than a pipe holds until somebody reads it


def make_sent(product, people):
    made = product()
    add_people(made, people)
    add_draft(made)
    made.ok("send_bulletin", "1", "--yes")
    made.ok("run_sender", "--until-idle")
    return made


def nobody_reads(product) -> bool:
    """No transaction is open, and nothing keeps the log of SQLite from being emptied.

    Asked of the database itself, beside the command.
    """
    if product.on_postgresql:
        return not product.is_open()
    product.query("CREATE TABLE IF NOT EXISTS written_meanwhile (x)")
    busy, _in_log, _moved = product.query("PRAGMA wal_checkpoint(TRUNCATE)")[0]
    return busy == 0


def test_who_listens_slowly_keeps_nothing_open(product):
    made = make_sent(product, numbered(MANY))
    command = made.start("deliveries", "1", "--json")
    assert command.stdout.read(1) == "{"
    wait_until(lambda: nobody_reads(made), seconds=SECONDS)
    assert command.poll() is None, "it was read to its end: make it longer"
    told = json.loads("{" + command.stdout.read())
    assert len(told["deliveries"]) == told["audience"] == MANY
    assert command.wait(SECONDS) == 0


def test_an_erased_person_keeps_a_row_without_an_address(product):
    made = make_sent(product, ["jo@lezer.example", "bo@lezer.example"])
    script = (
        "from subscribers.erasing import erase; from subscribers.models import *;"
        "erase(Subscriber.objects.get(email='jo@lezer.example'))"
    )
    made.ok("shell", "-c", script)
    told = json.loads(made.ok("deliveries", "1", "--json"))
    assert [row["email"] for row in told["deliveries"]] == ["", "bo@lezer.example"]
    assert [row["status"] for row in told["deliveries"]] == ["sent", "sent"]
    assert told["audience"] == told["totals"]["sent"] == 2
    rows = list(csv.DictReader(io.StringIO(made.ok("deliveries", "1", "--csv"))))
    assert [row["email"] for row in rows] == ["", "bo@lezer.example"]
    assert "jo@lezer.example" not in made.ok("deliveries", "1")
    assert "(erased person)" in made.ok("deliveries", "1")


def test_a_full_disk_is_one_sentence_and_no_half_a_ledger(monkeypatch, capsys):
    bulletin = make_sending_bulletin(people=1)
    full = functools.partial(open, "/dev/full", "w+b")
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("deliveries", str(bulletin.pk), "--json")
    assert capsys.readouterr().out == ""

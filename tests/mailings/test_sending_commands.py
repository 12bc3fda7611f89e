"""The commands that send: a contract for scripts."""

import csv
import io
import json
import os
import pty
import subprocess
import sys

import pytest

from tests.a_bulletin import DRAFT, add_draft, add_people, ledger, numbered
from tests.processes import ROOT
from tests.providers.server import Answer, provider_server
from tests.smtp_server import Script, scripted

STATUSES = (
    *("queued", "claimed", "submitting", "sent"),
    *("deferred", "failed", "skipped", "in_doubt"),
)
VERBS = ["pause_bulletin", "resume_bulletin", "cancel_bulletin"]


@pytest.fixture(scope="session")
def drafted(installations, tmp_path_factory):
    """With three people and a draft to them: made once, its database then copied."""
    made = installations.make(tmp_path_factory.mktemp("drafted"))
    add_people(made, numbered(3))
    add_draft(made)
    return made


@pytest.fixture
def ready(product, drafted):
    return product(like=drafted)


def refused(done) -> str:
    """The one sentence of a command that was refused."""
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def test_before_the_start_the_ledger_is_empty(ready):
    assert ledger(ready, "1") == {
        "bulletin": 1,
        "status": "draft",
        "reason": "",
        "audience": 0,
        "totals": dict.fromkeys(STATUSES, 0),
        "deliveries": [],
    }
    assert ready.ok("deliveries", "1", "--csv").splitlines() == [
        "email,status,outcome,reason,attempts,sent_at,message_id"
    ]


def test_a_bulletin_is_sent_and_told(ready):
    ready.ok("send_bulletin", "1", "--yes")
    assert ledger(ready, "1")["status"] == "scheduled"
    ready.ok("run_sender", "--until-idle")
    told = ledger(ready, "1")
    assert (told["status"], told["audience"], told["totals"]["sent"]) == ("sent", 3, 3)
    assert [row["email"] for row in told["deliveries"]] == numbered(3)
    for row in told["deliveries"]:
        assert (row["status"], row["outcome"], row["reason"]) == ("sent", "none", "")
        assert row["attempts"] == 1
        assert row["sent_at"].endswith("+00:00")
        assert row["message_id"].endswith("@lageland.example>")
    assert "3 sent" in ready.ok("deliveries", "1").splitlines()[0]


def test_a_sheet_holds_no_formulas(product):
    made = product()
    add_people(made, ["=1+2@lezer.example", "+31@lezer.example", "-x@lezer.example"])
    add_draft(made)
    made.ok("send_bulletin", "1", "--yes")
    made.ok("run_sender", "--until-idle")
    rows = list(csv.DictReader(io.StringIO(made.ok("deliveries", "1", "--csv"))))
    assert [row["email"] for row in rows] == [
        "'=1+2@lezer.example",
        "'+31@lezer.example",
        "'-x@lezer.example",
    ]
    assert {row["status"] for row in rows} == {"sent"}


def test_nothing_is_sent_before_its_time(ready):
    ready.ok("send_bulletin", "1", "--at", "2999-06-01T09:00", "--yes")
    ready.ok("run_sender", "--until-idle")
    assert ledger(ready, "1")["status"] == "scheduled"


def test_a_time_without_an_offset_is_local(ready):
    said = ready.ok("send_bulletin", "1", "--at", "2999-06-01T09:00", "--yes")
    assert "2999-06-01T09:00:00+02:00" in said


def test_a_time_in_the_past_is_refused(ready):
    refused(ready.run("send_bulletin", "1", "--at", "2020-01-01T09:00Z", "--yes"))
    assert ledger(ready, "1")["status"] == "draft"


@pytest.mark.parametrize(
    "use",
    [
        ["send_bulletin", "1", "--at", "tomorrow"],
        ["send_bulletin", "1", "--yes", "--at", "9999-12-31T23:59-12:00"],
        ["send_bulletin", "1", "--yes", "--at", "9999-12-31T23:59Z"],
        ["deliveries", "1", "--csv", "--json"],
        ["run_sender", "--forever"],
    ],
)
def test_wrong_use_is_2(ready, use):
    done = ready.run(*use)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "number"),
    [
        ("cancel_bulletin", "99"),
        ("send_bulletin", "99"),
        ("deliveries", "99999999999999999999"),
    ],
)
def test_an_unknown_bulletin_is_refused(product, command, number):
    assert number in refused(product().run(command, number))


@pytest.mark.parametrize("verb", VERBS)
def test_a_draft_is_not_paused_resumed_or_cancelled(ready, verb):
    refused(ready.run(verb, "1"))


def test_what_is_scheduled_is_not_sent_a_second_time(ready):
    ready.ok("send_bulletin", "1", "--yes")
    refused(ready.run("send_bulletin", "1", "--yes"))
    ready.ok("run_sender", "--until-idle")
    refused(ready.run("send_bulletin", "1", "--yes"))


def test_errors_block_also_with_yes(product):
    made = product()
    add_people(made, numbered(1))
    add_draft(made, DRAFT.replace("https://www.lageland.example/handreiking", "#"))
    refused(made.run("send_bulletin", "1", "--yes"))
    assert ledger(made, "1")["status"] == "draft"


def test_yes_ticks_warnings_off(product):
    made = product()
    add_people(made, numbered(1))
    add_draft(made, f"{DRAFT}\n![](https://www.lageland.example/kaart.png)\n")
    found = json.loads(made.ok("preflight", "1", "--json"))
    assert "warning" in {problem["severity"] for problem in found}
    made.ok("send_bulletin", "1", "--yes")


def test_without_anyone_to_ask_it_wants_yes(ready):
    assert "--yes" in refused(ready.run("send_bulletin", "1"))
    assert ledger(ready, "1")["status"] == "draft"


@pytest.mark.parametrize(
    ("answer", "code", "status"), [("y\n", 0, "scheduled"), ("\n", 1, "draft")]
)
def test_on_a_terminal_it_asks(ready, answer, code, status):
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "send_bulletin", "1"],
        cwd=ready.folder,
        env=ready.environment,
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=60,
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == code, done.stderr
    assert "goes to 3 people" in done.stdout
    assert ledger(ready, "1")["status"] == status


@pytest.mark.parametrize(
    ("answer", "code", "status"), [("y\n", 0, "scheduled"), ("n\n", 1, "draft")]
)
def test_a_script_may_answer(ready, answer, code, status):
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "send_bulletin", "1"],
        cwd=ready.folder,
        env=ready.environment,
        input=answer,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    assert ledger(ready, "1")["status"] == status


def test_a_library_that_warns_is_not_heard(ready):
    ready.ok("send_bulletin", "1", "--yes")
    # anymail warns of SendGrid, for which it has no account to test with any more.
    warned = {"TRANSPORT": "sendgrid", "PYTHONWARNINGS": "", "SENDGRID_API_KEY": "x"}
    with provider_server() as server:
        server.answer = Answer(401, {"errors": [{"message": "Not with this key"}]})
        warned["SENDGRID_API_URL"] = f"{server.url}/v3/"
        done = ready.run("run_sender", "--until-idle", **warned)
    assert (done.returncode, done.stdout) == (0, "")
    (said,) = done.stderr.splitlines()
    assert "Not with this key" in said
    assert ledger(ready, "1")["reason"] in said


def test_pause_resume_and_cancel(ready):
    ready.ok("send_bulletin", "1", "--yes")
    relay = {"TRANSPORT": "smtp", "SMTP_CONNECTIONS": "1"}
    with scripted(Script(RCPT="450 4.2.0 later")) as port:
        relay["SMTP_URL"] = f"smtp://127.0.0.1:{port}"
        ready.ok("run_sender", "--until-idle", **relay)
    told = ledger(ready, "1")
    assert (told["status"], told["totals"]["deferred"]) == ("sending", 3)
    assert {row["reason"] for row in told["deliveries"]} == {"450 4.2.0 later"}
    ready.ok("pause_bulletin", "1")
    refused(ready.run("pause_bulletin", "1"))
    ready.ok("resume_bulletin", "1")
    ready.ok("cancel_bulletin", "1")
    refused(ready.run("resume_bulletin", "1"))
    told = ledger(ready, "1")
    assert (told["status"], told["totals"]["skipped"]) == ("cancelled", 3)
    assert {row["reason"] for row in told["deliveries"]} == {"cancelled"}


def test_a_broken_transport_pauses_and_is_no_failure_of_the_command(ready):
    ready.ok("send_bulletin", "1", "--yes")
    with scripted(Script(MAIL="550 5.1.8 not you")) as port:
        done = ready.run(
            *("run_sender", "--until-idle"),
            TRANSPORT="smtp",
            SMTP_URL=f"smtp://127.0.0.1:{port}",
        )
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "Bulletin 1 is paused: 550 5.1.8 not you\n"
    told = ledger(ready, "1")
    assert (told["status"], told["reason"]) == ("paused", "550 5.1.8 not you")
    assert told["totals"]["queued"] == 3


def test_a_database_that_is_not_there_is_one_sentence(product):
    made = product()
    assert "database" in refused(
        made.run("run_sender", DATABASE_URL="sqlite:////nowhere/x.sqlite3")
    )

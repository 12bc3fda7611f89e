"""Letters that cannot be sent wait in their table, hold nobody up, and go later."""

import pytest

from tests.a_bulletin import ledger
from tests.faults.desk import Desk
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, OK, status
from tests.processes import SECONDS
from tests.smtp_server import nobodys_port, wait_until
from tests.visitor import Visitor

NOOR, OPERATOR = "noor@lageland.example", "operator@lageland.example"
NOT_US = b"550 5.7.26 not authenticated\r\n"
LATER = b"451 4.7.1 later please\r\n"
LETTERS = "SELECT recipient, status, text <> '' FROM senders_letter ORDER BY recipient"


@pytest.fixture
def made(make_product, relay_port):
    one = make_product(
        relay_port,
        OPERATORS=OPERATOR,
        RETRY_SECONDS="1",
        LANGUAGE_CODE="en",
        REDIS_URL=f"redis://127.0.0.1:{nobodys_port()}/0",
    )
    account = ("--username", "noor", "--email", NOOR)
    password = {"DJANGO_SUPERUSER_PASSWORD": "a-password-for-tests"}
    one.ok("createsuperuser", "--noinput", *account, **password)
    return one


def answers(*, letters: bytes, mails: bytes):
    return lambda connection: mails if connection.recipient in AUDIENCE else letters


def ask_for_a_letter(made) -> str:
    """What the page says then."""
    with Desk(made) as desk:
        visitor: Visitor = desk.editor()
        visitor.open("/admin/password/")
        page = visitor.submit("form.login-form", email=NOOR)
    return " ".join(page.select_one("#content-main").get_text(" ").split())


def test_f46_letters_that_are_refused_wait_hold_nobody_up_and_go_later(made, script):
    script.answers["RCPT"] = answers(letters=LATER, mails=NOT_US)
    said = ask_for_a_letter(made)
    assert "is on its way" in said
    assert "No letter after five minutes?" in said
    sender = made.start("run_sender")
    wait_until(lambda: status(made) == "paused", seconds=SECONDS, what="a pause")
    waiting = [(NOOR, "waiting", 1), (OPERATOR, "waiting", 1)]
    wait_until(lambda: made.query(LETTERS) == waiting, what="two letters that wait")

    script.answers["RCPT"] = answers(letters=LATER, mails=OK)
    made.ok("resume_bulletin", "1")
    wait_until(lambda: status(made) == "sent", seconds=SECONDS, what="the end")
    assert made.query(LETTERS) == waiting

    script.answers["RCPT"] = OK
    gone = [(NOOR, "sent", 0), (OPERATOR, "sent", 0)]
    wait_until(lambda: made.query(LETTERS) == gone, seconds=SECONDS, what="both")
    sender.terminate()
    assert sender.wait(SECONDS) == 0
    letters = [one for one in script.taken if one not in AUDIENCE]
    assert sorted(letters) == [NOOR, OPERATOR]
    mails = [one for one in script.taken if one in AUDIENCE]
    judge(audience=AUDIENCE, ledger=ledger(made, "1"), taken=mails)

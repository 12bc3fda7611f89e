"""By what way letters leave, and what the servers on it answer."""

import pytest

from senders.models import Letter
from senders.transports import single
from tests.senders.posting import drain, let_time_pass, post
from tests.smtp_server import Script, nobodys_port, scripted, sink

Status = Letter.Status


@pytest.fixture
def relay(settings):
    """Point the backend of letters at a port on loopback."""

    def use(port: int) -> None:
        settings.EMAIL_BACKEND = single.SMTP
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False

    return use


def test_a_relay_gets_a_letter_over_smtp(relay):
    with sink() as (server, port):
        relay(port)
        post()
        drain()
    (letter,) = server.parsed()
    assert letter["To"] == "marit@lageland.example"
    assert letter["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("script", "status", "reason"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, Status.FAILED, "550 5.1.1 no such user"),
        ({"RCPT": "450 4.2.1 later"}, Status.WAITING, "450 4.2.1 later"),
        ({"RCPT": "550 5.7.25 no rDNS"}, Status.WAITING, "550 5.7.25 no rDNS"),
        ({"MAIL": "550 not you"}, Status.WAITING, "550 not you"),
        ({"BODY": "554 5.6.0 bad"}, Status.FAILED, "554 5.6.0 bad"),
        ({"BODY": None}, Status.WAITING, "SMTPServerDisconnected"),
        ({"CONNECT": "421 4.3.2 busy"}, Status.WAITING, "421 4.3.2 busy"),
        ({"CONNECT": None}, Status.WAITING, "SMTPServerDisconnected"),
    ],
)
def test_what_a_relay_answers(relay, script, status, reason):
    with scripted(Script(**script)) as port:
        relay(port)
        letter = post()
        drain()
    letter.refresh_from_db()
    assert letter.status == status
    assert letter.reason.startswith(reason)


def test_a_relay_that_is_away_costs_time_and_nothing_else(relay):
    port = nobodys_port()
    relay(port)
    letter = post()
    drain()
    letter.refresh_from_db()
    assert letter.status == Status.WAITING
    assert "refused" in letter.reason

    let_time_pass(letter)
    with scripted(script := Script(), port=port):
        drain()
    assert script.taken == ["marit@lageland.example"]


def test_alerts_leave_by_a_way_of_their_own(relay, settings):
    relay(nobodys_port())  # nobody is there: just what the alert is about
    with sink() as (server, port):
        settings.ALERT_SMTP_URL = f"smtp://127.0.0.1:{port}"
        alert = post(kind=Letter.ALERT, recipient="beheer@lageland.example")
        password = post()
        drain()
    assert server.recipients == ["beheer@lageland.example"]
    alert.refresh_from_db()
    password.refresh_from_db()
    assert (alert.status, password.status) == (Status.SENT, Status.WAITING)

"""What doctor learns of the mail server, by logging in as for sending."""

import pytest
from django.utils import translation

from senders.transports import checking
from senders.transports.checking import check_transport
from tests.smtp_server import Certificate, Script, lines, nobodys_port, scripted

OFFERS = lines(["250-relay.example", "250-STARTTLS", "250 AUTH PLAIN"])
LOGIN = {"EMAIL_HOST_USER": "bode", "EMAIL_HOST_PASSWORD": "not-a-secret"}


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setattr(checking, "SECONDS", 3.0)
    with translation.override("en"):
        yield


def check():
    found = check_transport(domains=["gemeente.example"])
    return [(str(one.severity), one.message) for one in found]


def test_a_server_that_lets_us_in_is_ok_and_is_left_politely(relay):
    script = Script(EHLO=OFFERS, AUTH=b"235 welcome\r\n")
    with scripted(script) as port:
        relay(port, **LOGIN)
        ((how, said),) = check()
    assert (how, said) == ("ok", f"The mail server 127.0.0.1:{port} lets us in.")
    assert script.commands[-1] == "QUIT"
    assert not any(command.startswith("MAIL") for command in script.commands)


def test_a_wrong_password_is_an_error_in_the_servers_words(relay):
    script = Script(EHLO=OFFERS, AUTH=b"535 5.7.8 Who are you?\r\n")
    with scripted(script) as port:
        relay(port, **LOGIN)
        ((how, said),) = check()
    assert how == "error"
    assert "does not let us in (535 5.7.8 Who are you?): mend SMTP_URL." in said
    assert LOGIN["EMAIL_HOST_PASSWORD"] not in said


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"CONNECT": b"421 4.3.2 not now\r\n"}, "421 4.3.2 not now"),
        ({"CONNECT": b"554 go away\r\n"}, "554 go away"),
        ({"CONNECT": b"hello\r\n"}, "hello"),
        ({"EHLO": b"250 no auth here\r\n"}, "does not let us in"),
    ],
)
def test_every_other_no_is_an_error(relay, answers, said):
    with scripted(Script(**answers)) as port:
        relay(port, **LOGIN)
        ((how, words),) = check()
    assert how == "error"
    assert said in words


def test_a_server_that_is_not_there_is_an_error(relay):
    relay(nobodys_port())
    ((how, said),) = check()
    assert how == "error"
    assert "no connection to the server" in said


def test_a_certificate_that_is_not_valid_is_an_error(relay):
    script = Script(EHLO=OFFERS, STARTTLS=b"220 go on\r\n")
    with scripted(script, tls=Certificate().context) as port:
        relay(port, EMAIL_USE_TLS=True)
        ((how, said),) = check()
    assert how == "error"
    assert "certificate" in said


def test_a_password_or_mail_in_plain_text_over_the_net_is_a_warning(relay, monkeypatch):
    monkeypatch.setattr(checking, "NEAR", set())
    script = Script(EHLO=OFFERS, AUTH=b"235 welcome\r\n")
    with scripted(script) as port:
        relay(port, **LOGIN)
        assert [how for how, _said in check()] == ["warning"]
        relay(port)
        assert [how for how, _said in check()] == ["ok", "warning"]


def test_the_outbox_says_that_nobody_is_reached(settings):
    settings.TRANSPORT = "outbox"
    assert [how for how, _said in check()] == ["warning"]

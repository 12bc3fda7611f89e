"""How the SMTP transport connects, encrypts and logs in, and when it gives up."""

import socket
import threading
import time

import pytest

from senders.transports import smtp
from senders.transports.base import Broken, Busy, Kind, Stopped
from senders.transports.smtp import SmtpTransport
from tests.senders.smtp import send_one
from tests.smtp_server import (
    CLOSE,
    Certificate,
    Script,
    lines,
    nobodys_port,
    scripted,
)


def test_without_a_server_it_is_broken_after_some_time(relay):
    transport = relay(nobodys_port())
    begun = time.monotonic()
    with pytest.raises(Broken, match="no connection to the server"):
        transport.connect(1)
    assert 0.8 < time.monotonic() - begun < 2


def test_a_server_that_comes_back_in_time_is_waited_for(relay, monkeypatch):
    monkeypatch.setattr(smtp, "NO_CONNECTION", 10.0)
    port = nobodys_port()
    transport = relay(port)
    script = Script()

    def later():
        time.sleep(0.5)
        with scripted(script, port=port):
            done.wait(10)

    done = threading.Event()
    thread = threading.Thread(target=later)
    thread.start()
    assert send_one(transport).kind is Kind.SENT
    done.set()
    thread.join()


def test_a_greeting_that_never_comes_is_not_waited_for_beyond_a_lease(
    relay, settings, monkeypatch
):
    monkeypatch.setattr(smtp, "NO_CONNECTION", 2.5)
    done = threading.Event()
    script = Script(CONNECT=lambda connection: done.wait(10) and CLOSE)
    with scripted(script) as port:
        transport = relay(port)
        settings.LEASE_SECONDS = 1
        with pytest.raises(Broken, match="did not answer in time"):
            transport.connect(1)
        done.set()
    assert script.connections >= 2


def test_waiting_for_a_server_ends_when_asked_to_stop(settings, monkeypatch):
    monkeypatch.setattr(smtp, "NO_CONNECTION", 30.0)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", nobodys_port()
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    begun = time.monotonic()
    with pytest.raises(Stopped):
        SmtpTransport(stop=stop).connect(1)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO"])
def test_a_greeting_that_says_later_is_busy(relay, verb):
    def later(connection):
        connection.sock.sendall(b"421 4.3.2 come back later\r\n")
        return CLOSE

    with (
        scripted(Script(**{verb: later})) as port,
        pytest.raises(Busy, match="421 4.3.2 come back later"),
    ):
        relay(port).connect(1)


def test_a_greeting_that_says_never_is_broken_at_once(relay, monkeypatch):
    monkeypatch.setattr(smtp, "NO_CONNECTION", 30.0)
    with (
        scripted(Script(CONNECT="554 5.7.1 you are blocked")) as port,
        pytest.raises(Broken, match="554 5.7.1 you are blocked"),
    ):
        relay(port).connect(1)


LOGIN = {"EHLO": lines(["250-relay.example", "250 AUTH PLAIN LOGIN"])}


def test_it_logs_in(relay):
    script = Script(AUTH=b"235 2.7.0 welcome\r\n", **LOGIN)
    with scripted(script) as port:
        transport = relay(port, EMAIL_HOST_USER="me", EMAIL_HOST_PASSWORD="pw")
        assert send_one(transport).kind is Kind.SENT
    assert "AUTH PLAIN AG1lAHB3" in script.commands


@pytest.mark.parametrize("after", [b"535 5.7.8 wrong again\r\n", CLOSE])
def test_a_wrong_password_is_broken_at_once(relay, monkeypatch, after):
    monkeypatch.setattr(smtp, "NO_CONNECTION", 30.0)
    script = Script(AUTH=["535 5.7.8 wrong", after], **LOGIN)
    with scripted(script) as port, pytest.raises(Broken, match="535 5.7.8 wrong"):
        relay(port, EMAIL_HOST_USER="me", EMAIL_HOST_PASSWORD="pw").connect(1)
    assert script.connections == 1


def test_a_login_that_is_busy_is_busy(relay):
    script = Script(AUTH="454 4.7.0 try later", **LOGIN)
    with scripted(script) as port, pytest.raises(Busy, match="454 4.7.0 try later"):
        relay(port, EMAIL_HOST_USER="me", EMAIL_HOST_PASSWORD="pw").connect(1)


def test_a_server_without_starttls_gets_no_mail(relay):
    with scripted(Script()) as port, pytest.raises(Broken, match="STARTTLS"):
        relay(port, EMAIL_USE_TLS=True).connect(1)


@pytest.mark.parametrize("way", ["EMAIL_USE_TLS", "EMAIL_USE_SSL"])
def test_a_certificate_that_nobody_signed_is_broken_at_once(relay, monkeypatch, way):
    monkeypatch.setattr(smtp, "NO_CONNECTION", 30.0)
    script = Script(
        EHLO=lines(["250-relay.example", "250 STARTTLS"]), STARTTLS="220 go"
    )
    at_once = way == "EMAIL_USE_SSL"
    with (
        scripted(script, tls=Certificate().context, tls_at_once=at_once) as port,
        pytest.raises(Broken, match="certificate"),
    ):
        relay(port, **{way: True}).connect(1)


@pytest.mark.parametrize("way", ["EMAIL_USE_TLS", "EMAIL_USE_SSL"])
def test_mail_leaves_encrypted_where_the_certificate_is_trusted(
    relay, monkeypatch, way
):
    certificate = Certificate()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    find = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: find(
            "127.0.0.1" if host == certificate.host else host, *rest, **more
        ),
    )
    script = Script(
        EHLO=lines(["250-relay.example", "250 STARTTLS"]), STARTTLS="220 go"
    )
    at_once = way == "EMAIL_USE_SSL"
    with scripted(script, tls=certificate.context, tls_at_once=at_once) as port:
        transport = relay(port, EMAIL_HOST=certificate.host, **{way: True})
        assert send_one(transport).kind is Kind.SENT


def test_a_trusted_certificate_of_another_host_is_broken(relay, monkeypatch):
    certificate = Certificate()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with (
        scripted(Script(), tls=certificate.context, tls_at_once=True) as port,
        pytest.raises(Broken, match="certificate"),
    ):
        relay(port, EMAIL_USE_SSL=True).connect(1)


def test_plain_text_smuggled_in_before_tls_is_not_believed(relay):
    script = Script(
        EHLO=lines(["250-relay.example", "250 STARTTLS"]),
        STARTTLS=b"220 go\r\n250-injected\r\n",
    )
    with scripted(script, tls=Certificate().context) as port, pytest.raises(Broken):
        relay(port, EMAIL_USE_TLS=True).connect(1)
    assert "MAIL" not in " ".join(script.commands)


def test_an_address_that_breaks_the_line_is_refused_and_not_written(relay):
    script = Script()
    with scripted(script) as port:
        verdict = send_one(
            relay(port), recipient="a@b.example>\r\nRCPT TO:<c@d.example"
        )
    assert verdict.kind is Kind.REFUSED
    assert not [line for line in script.commands if "c@d.example" in line]


def test_closing_says_goodbye(relay):
    script = Script()
    with scripted(script) as port:
        transport = relay(port)
        send_one(transport)
        transport.close()
        assert script.commands[-1] == "QUIT"

"""Answers that no document promises: they end in a verdict, and never a worker."""

import contextlib
import socket
import threading
import time

import pytest

from mailings.models import Delivery
from senders.models import Letter
from senders.transports.providers import PROVIDERS
from tests.mailings.sending import make_sending_bulletin
from tests.providers.handing import BUSY, IN_DOUBT, kinds, readers
from tests.providers.rows import KEY
from tests.providers.server import Answer
from tests.senders.posting import drain, post

HALF_A_CHARACTER = b'{"message": "Onderwerp \\ud83d", "id": "7\\ud83d"}'
DEEP = b"[" * 100_000
DEEP_AND_WELL_FORMED = b'{"a":' * 900 + b"1" + b"}" * 900


@pytest.mark.parametrize("provider", PROVIDERS)
def test_half_a_character_fails_one_mail_and_stops_no_worker(
    account, work, provider, settings
):
    settings.BATCH = 1
    server = account(provider)
    server.respond, server.answer = None, Answer(400, HALF_A_CHARACTER)
    bulletin = make_sending_bulletin(people=1)
    work()
    delivery = bulletin.deliveries.get()
    assert delivery.status == Delivery.Status.FAILED
    assert "Onderwerp" in delivery.reason


def test_an_id_that_no_database_can_hold_is_cleaned(account, work):
    server = account("resend")
    server.respond = None
    server.answer = Answer(200, b'{"id": "7\\ud83d\\u0000x"}')
    bulletin = make_sending_bulletin(people=1)
    work()
    delivery = bulletin.deliveries.get()
    assert (delivery.status, delivery.provider_id) == (Delivery.Status.SENT, "7 x")


@pytest.mark.parametrize("body", [DEEP, DEEP_AND_WELL_FORMED])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_without_a_bottom_has_a_verdict(account, hand_over, provider, body):
    server = account(provider)
    server.respond, server.answer = None, Answer(429, body, {"Retry-After": "7"})
    (verdict,) = hand_over(readers(1))
    # Some clients stumble before they tell the status: then it is a doubt.
    assert (verdict.kind, verdict.retry_after) in [(BUSY, 7), (IN_DOUBT, None)]


def test_an_answer_over_which_we_stumble_leaves_a_doubt(
    account, hand_over, monkeypatch
):
    server = account("postmark")
    monkeypatch.setattr("senders.transports.providers.asking.verdicts_on", lambda: [])
    verdicts = hand_over(readers(1))
    assert kinds(verdicts) == [IN_DOUBT]
    assert len(server.requests) == 1


def test_a_letter_survives_half_a_character(account):
    server = account("postmark")
    server.respond, server.answer = None, Answer(503, HALF_A_CHARACTER)
    letter = post()
    drain()
    letter.refresh_from_db()
    assert letter.status == Letter.Status.WAITING
    assert "Onderwerp" in letter.reason


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_key_that_is_repeated_stands_in_no_reason(account, hand_over, provider):
    server = account(provider)
    said = {"message": f"the key {KEY} is unknown", "code": KEY}
    server.respond, server.answer = None, Answer(401, said)
    (verdict,) = hand_over(readers(1))
    assert "is unknown" in verdict.reason
    assert KEY not in verdict.reason


@pytest.mark.parametrize("provider", ["postmark", "resend", "sparkpost"])
def test_a_key_that_makes_no_header_stands_in_no_reason(
    account, hand_over, provider, settings
):
    server = account(provider)
    for name, value in settings.ANYMAIL.items():
        if value == KEY:
            settings.ANYMAIL[name] = f" {KEY}\n"  # as a file of one line may have it
    (verdict,) = hand_over(readers(1))
    assert "InvalidHeader" in verdict.reason
    assert KEY not in verdict.reason
    assert server.requests == []


def drip(listener, start, over):
    """Answer with a byte now and then, and never come to an end."""
    with contextlib.suppress(OSError):
        line, _address = listener.accept()
        with line:
            line.recv(65536)
            line.sendall(start)
            while not over.wait(0.1):
                line.sendall(b"x")


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nX-Long: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
    ],
    ids=["headers", "body"],
)
@pytest.mark.parametrize("provider", ["mailgun", "postmark"])
def test_an_answer_that_drips_is_not_waited_for_longer_than_one_that_never_comes(
    account, hand_over, settings, provider, start
):
    account(provider)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/"
        settings.ANYMAIL = settings.ANYMAIL | {f"{provider.upper()}_API_URL": url}
        server = threading.Thread(target=drip, args=[listener, start, over])
        server.start()
        begun = time.monotonic()
        verdicts = hand_over(readers(1), patience=1.0)
        over.set()
        server.join(5)
    assert kinds(verdicts) == [IN_DOUBT]
    assert time.monotonic() - begun < 4

"""The way through a Django e-mail backend: the outbox, or a provider by anymail."""

import time
from email import message_from_bytes, policy

import pytest
import requests
from anymail.exceptions import AnymailConfigurationError, AnymailRecipientsRefused
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError

from senders.models import OutboxMail
from senders.transports import make_transport
from senders.transports.backend import CompiledMail
from senders.transports.base import Broken, Kind, Message
from senders.transports.failures import verdict_on

CONTENT = (
    b"From: Lageland <nieuws@lageland.example>\r\nTo: Noor <n@lezer.example>\r\n"
    b"Subject: Hallo\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9 =\r\n.\r\n"
)


def make_message(recipient="n@lezer.example", **changes):
    fields = {
        "key": 7,
        "mail_from": "nieuws@lageland.example",
        "recipient": recipient,
        "content": CONTENT,
        "subject": "Hallo",
        "from_header": "Lageland <nieuws@lageland.example>",
        "to_header": f"Noor <{recipient}>",
        "reply_to": "antwoord@lageland.example",
        "headers": (("List-Id", "Nieuws <nieuws.lageland.example>"),),
        "text": "café",
        "html": "<p>café</p>",
    }
    return Message(**fields | changes)


class FailingBackend(BaseEmailBackend):
    """Raises what it is told to, for each message."""

    error: Exception | None = None
    calls = 0

    def send_messages(self, email_messages):
        type(self).calls += 1
        if self.error:
            raise self.error
        return 0


@pytest.fixture
def failing(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.FailingBackend"
    monkeypatch.setattr(FailingBackend, "calls", 0)
    monkeypatch.setattr(FailingBackend, "error", None)
    return FailingBackend


def send_one(**changes):
    transport = make_transport()
    assert transport.connect(1) == 1
    (verdict,) = transport.hand_over([make_message(**changes)])
    transport.close()
    return verdict


# --- Any backend -----------------------------------------------------------------


def test_the_outbox_keeps_the_very_bytes(settings):
    settings.EMAIL_BACKEND = "senders.outbox.OutboxBackend"
    assert send_one().kind is Kind.SENT
    kept = OutboxMail.objects.get()
    assert bytes(kept.source) == CONTENT
    assert kept.recipient == "Noor <n@lezer.example>"
    assert kept.subject == "Hallo"


def test_the_parts_say_the_same_as_the_bytes():
    send_one()
    (sent,) = mail.outbox
    assert (sent.subject, sent.body) == ("Hallo", "café")
    assert sent.from_email == "Lageland <nieuws@lageland.example>"
    assert sent.to == ["Noor <n@lezer.example>"]
    assert sent.reply_to == ["antwoord@lageland.example"]
    assert sent.extra_headers["List-Id"] == "Nieuws <nieuws.lageland.example>"
    assert sent.alternatives[0][:2] == ("<p>café</p>", "text/html")
    assert sent.metadata == {"delivery": "7"}


def test_a_backend_that_looks_into_the_mail_finds_its_headers():
    parsed = CompiledMail(make_message()).message()
    assert parsed["Subject"] == "Hallo"
    assert parsed.as_bytes(linesep="\r\n") == CONTENT
    read = message_from_bytes(parsed.as_bytes(), policy=policy.default)
    assert read.get_content() == "café .\r\n"


def test_a_group_grows_with_a_quick_backend_and_never_over_the_batch(settings):
    settings.BATCH = 10
    transport = make_transport()
    assert transport.connect(100) == 1
    for _ in range(12):
        transport.hand_over([make_message()])
    assert transport.connect(100) == 10
    assert transport.connect(4) == 4


def test_a_slow_backend_gets_small_groups(settings, monkeypatch):
    transport = make_transport()
    transport.connect(1)
    monkeypatch.setattr(transport.backend, "send_messages", lambda _: time.sleep(0.5))
    transport.seconds = 0.001
    transport.hand_over([make_message()])
    assert transport.connect(100) == 3


def test_after_a_broken_answer_the_rest_of_the_group_is_not_tried(failing):
    failing.error = ImproperlyConfigured("no key")
    transport = make_transport()
    transport.connect(3)
    verdicts = transport.hand_over([make_message() for _ in range(3)])
    assert [one.kind for one in verdicts] == [Kind.BROKEN] * 3
    assert failing.calls == 1


def test_after_a_refusal_the_rest_of_the_group_is(failing):
    failing.error = AnymailRecipientsRefused("unknown address")
    transport = make_transport()
    transport.connect(3)
    verdicts = transport.hand_over([make_message() for _ in range(3)])
    assert [one.kind for one in verdicts] == [Kind.REFUSED] * 3
    assert failing.calls == 3


def test_a_backend_that_took_nothing_is_tried_later(failing):
    assert send_one().kind is Kind.BUSY


def test_a_backend_that_is_not_there_is_broken(settings):
    settings.EMAIL_BACKEND = "senders.nowhere.Backend"
    with pytest.raises(Broken, match="nowhere"):
        make_transport().connect(1)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OperationalError("disk full"), Kind.BUSY),
        (AnymailConfigurationError("no key"), Kind.BROKEN),
        (ConnectionRefusedError("refused"), Kind.BROKEN),
        (requests.ConnectTimeout("no route"), Kind.BROKEN),
        (requests.ReadTimeout("slow"), Kind.IN_DOUBT),
        (requests.ConnectionError("aborted"), Kind.IN_DOUBT),
        (TimeoutError("timed out"), Kind.IN_DOUBT),
        (RuntimeError("what?"), Kind.IN_DOUBT),
    ],
)
def test_each_failure_has_its_verdict(error, kind):
    verdict = verdict_on(error)
    assert verdict.kind is kind
    assert verdict.reason == f"{type(error).__name__}: {error}"


def test_a_reason_is_one_line_of_some_length():
    reason = verdict_on(RuntimeError("a\nb\x00 " + "x" * 900)).reason
    assert reason.startswith("RuntimeError: a b x")
    assert len(reason) == 500

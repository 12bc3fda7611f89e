"""A mail server that repeats what it was told tells nobody our password."""

import base64
import threading
from datetime import timedelta

import pytest

from senders.letters import post
from senders.transports.base import Broken
from senders.transports.single import send_letter
from senders.transports.smtp import SmtpTransport
from senders.transports.unsaid import unsaid
from tests.smtp_server import Script, lines, scripted

PASSWORD = "heel-geheim"
SENT = base64.b64encode(f"\0bode\0{PASSWORD}".encode()).decode()
ALONE = base64.b64encode(PASSWORD.encode()).decode()
REFUSAL = f"535 5.7.8 not taken: AUTH PLAIN {SENT} {ALONE} {PASSWORD}\r\n"


@pytest.fixture(params=["PLAIN", "LOGIN"])
def _parrot(request, settings):
    script = Script(
        EHLO=lines(["250-relay.example", f"250 AUTH {request.param}"]),
        AUTH=REFUSAL.encode(),
    )
    with scripted(script) as port:
        settings.TRANSPORT = "smtp"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "bode", PASSWORD
        yield


@pytest.mark.usefixtures("_parrot")
def test_no_bulletin_stands_still_for_a_reason_that_holds_our_password():
    with pytest.raises(Broken) as refused:
        SmtpTransport(stop=threading.Event()).connect(1)
    assert str(refused.value) == "535 5.7.8 not taken: AUTH PLAIN … … …"


@pytest.mark.django_db
@pytest.mark.usefixtures("_parrot")
def test_no_letter_waits_for_a_reason_that_holds_our_password():
    letter = post(
        kind="password",
        recipient="marit@lageland.example",
        subject="A password",
        text="…",
        lifetime=timedelta(hours=1),
    )
    assert send_letter(letter).reason == "535 5.7.8 not taken: AUTH PLAIN … … …"


def test_the_password_of_the_other_way_is_not_said_either(settings):
    settings.ALERT_SMTP_URL = "smtp://bode:heel%2Dgeheim@127.0.0.1:26"
    assert unsaid(f"500 what is {SENT}?") == "500 what is …?"
    assert unsaid("500 what is AUTH?") == "500 what is AUTH?"

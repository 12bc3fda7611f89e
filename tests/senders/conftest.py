import threading

import pytest
from django.utils import translation

from senders.transports import make_transport, smtp
from tests.senders.a_domain import GOOD
from tests.servers.dns import NameServer


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(smtp, "NO_CONNECTION", 1.0)
    monkeypatch.setattr(smtp, "AGAIN", 0.05)


@pytest.fixture
def relay(settings, impatient):
    """Point the transport at a port; it is closed after the test."""
    made = []

    def make(port, *, connections=1, **more):
        settings.TRANSPORT = "smtp"
        settings.SMTP_CONNECTIONS = connections
        settings.LEASE_SECONDS = 10
        settings.EMAIL_TIMEOUT = 5
        defaults = {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": port,
            "EMAIL_HOST_USER": "",
            "EMAIL_HOST_PASSWORD": "",
            "EMAIL_USE_SSL": False,
            "EMAIL_USE_TLS": False,
        }
        for name, value in (defaults | more).items():
            setattr(settings, name, value)
        made.append(make_transport(stop=threading.Event()))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def names(settings):
    """A name server that knows gemeente.example, which is in order."""
    server = NameServer(GOOD).start()
    settings.DNS_SERVER = server.address
    settings.DKIM_SELECTOR = "bode"
    settings.TRANSPORT = "smtp"
    with translation.override("en"):
        yield server
    server.stop()

"""A provider on loopback, and the account that reaches it."""

import threading

import pytest

from mailings import working
from senders.transports import make_transport
from senders.transports.providers import PROVIDERS, asking
from tests.providers.rows import settings_of, takes_all
from tests.providers.server import provider_server


@pytest.fixture
def account(settings):
    """Makes this provider the transport, and returns its server."""
    with provider_server() as server:

        def open_account(provider):
            settings.TRANSPORT = provider
            settings.EMAIL_BACKEND = PROVIDERS[provider].backend
            settings.ANYMAIL = settings_of(provider, server.url)
            server.respond = takes_all(provider)
            return server

        yield open_account


@pytest.fixture
def hand_over(settings, monkeypatch):
    """Hands messages over to the provider of `account`, and returns the verdicts."""
    monkeypatch.setattr(asking, "NO_CONNECTION", 0.3)
    monkeypatch.setattr(asking, "AGAIN", 0.05)
    monkeypatch.setattr(asking, "SAME_KEY", (0.0, 0.05, 0.05))
    opened = []

    def hand_over_(messages, *, stop=None, patience=5.0):
        settings.ANYMAIL = settings.ANYMAIL | {"REQUESTS_TIMEOUT": patience}
        transport = make_transport(stop=stop or threading.Event())
        opened.append(transport)
        transport.connect(len(messages))
        return transport.hand_over(messages)

    yield hand_over_
    for transport in opened:
        transport.close()


@pytest.fixture
def work(monkeypatch):
    """Does all that is due of every bulletin, as a worker does."""
    monkeypatch.setattr("mailings.delivering.LONGEST_QUIET", 0.01)
    return lambda: working.work(until_idle=True, stop=threading.Event())

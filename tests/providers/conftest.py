"""A provider on loopback, and the account that reaches it."""

import pytest

from senders.transports.providers import PROVIDERS
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

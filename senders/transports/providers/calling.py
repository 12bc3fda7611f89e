"""One call of a provider through its anymail backend: one request, sent once.

Clients do more by themselves than a ledger can bear: Amazon's repeats a request that
timed out, requests follows a redirect with the key in its headers and reads passwords
from ~/.netrc. Here none of that happens. What the operator's environment says of
proxies and certificates holds.
"""

import time
from typing import Any

import requests
from anymail.backends.base_requests import AnymailRequestsBackend
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from senders.transports.providers.facts import Provider
from senders.transports.providers.timely import Adapter

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0  # as long as providers take at their worst
IDLE_SECONDS = 4.0  # after which a server may be about to close a connection


class Caller:
    """A provider's backend, open. It may be used by several threads at once: urllib3's
    pool of connections, and Amazon's client around one, are made for that."""

    def __init__(self, provider: Provider, *, connections: int) -> None:
        """Raises what the backend raises where its settings are wrong."""
        self.provider = provider
        self.used_at = time.monotonic()
        made = type("OnceBackend", (Once, import_string(provider.backend)), {})
        self.backend: Any = made()
        self.backend.prepare(connections=connections)
        self.backend.open()

    def call(self, mail: EmailMessage) -> bool:
        """Whether the backend took it; raises what the backend raises."""
        self.used_at = time.monotonic()
        return bool(self.backend.send_messages([mail]))

    def refresh(self) -> None:
        """Begin with new connections where the old ones have been idle."""
        if time.monotonic() - self.used_at > IDLE_SECONDS:
            connections = getattr(self.backend, "session", None)
            (connections or self.backend.client).close()
        self.used_at = time.monotonic()

    def close(self) -> None:
        self.backend.close()


class Once:
    """Mixed over a backend of anymail: what it hands over goes over the wire once."""

    connections = 1

    def prepare(self, *, connections: int) -> None:
        """Before it is opened: no longer waiting than the lease allows."""
        self.connections = connections
        share = settings.LEASE_SECONDS / 4
        connect, answer = min(CONNECT_SECONDS, share), min(ANSWER_SECONDS, share)
        own: Any = self
        if isinstance(own, AnymailRequestsBackend):
            own.timeout = connect, min(answer, own.timeout)
            return
        config = own.client_params["config"]
        own.client_params["config"] = config.merge(
            type(config)(
                retries={"total_max_attempts": 1},
                connect_timeout=min(connect, config.connect_timeout),
                read_timeout=min(answer, config.read_timeout),
                max_pool_connections=connections,
            )
        )

    def create_session(self) -> requests.Session:
        session: requests.Session = super().create_session()  # type: ignore[misc]  # of the backend that it is mixed over
        session.max_redirects = 0
        session.auth = _as_it_is  # else requests looks into ~/.netrc
        adapter = Adapter(pool_maxsize=self.connections)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def post_to_esp(self, payload: object, message: EmailMessage) -> Any:
        message.has_left = True  # type: ignore[attr-defined]  # a mark of ours
        return super().post_to_esp(payload, message)  # type: ignore[misc]  # as above


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request

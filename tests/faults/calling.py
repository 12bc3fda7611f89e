"""A provider's stand-in that answers oddly at times, and counts who has got a mail."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from tests.faults.stalling import CONNECTIONS
from tests.providers.emulators import read
from tests.providers.rows import settings_of, takes_all
from tests.providers.server import Answer, ProviderServer, Request, provider_server


class Account:
    """One at a provider: it takes what comes, but where `instead` says otherwise.

    Who gets a mail is in `taken`. A call that it answers with nothing has arrived all
    the same, and one with an idempotency key that it knows gets the first one's answer.
    """

    def __init__(self, server: ProviderServer, provider: str) -> None:
        self.provider = provider
        self.server = server
        self.calls: list[tuple[float, list[str]]] = []  # moment, readers
        self.taken: list[str] = []
        self.instead: Callable[[Request, list[str]], Answer | None] = _never
        self.answered: dict[str, Answer] = {}  # by key
        self.lock = threading.Lock()
        server.respond = self

    def __call__(self, request: Request) -> Answer:
        readers = [one.address for one in read(self.provider, request)]
        key = request.headers.get("idempotency-key", "")
        with self.lock:
            self.calls.append((time.monotonic(), readers))
            if key in self.answered:
                return self.answered[key]
            usual = takes_all(self.provider)(request)
            answer = self.instead(request, readers) or usual
            if answer.status < 300:
                self.taken += readers
                if key:
                    self.answered[key] = usual
        return answer

    def settings(self, **changes: str) -> dict[str, str]:
        """Of a product that sends through it."""
        own = settings_of(self.provider, self.server.url)
        usual = {
            "TRANSPORT": self.provider,
            "BATCH": "5",
            "SMTP_CONNECTIONS": str(CONNECTIONS),
            "LEASE_SECONDS": "60",
            "RETRY_SECONDS": "1",
        }
        texts = {name: one for name, one in own.items() if isinstance(one, str)}
        return usual | texts | changes


@contextlib.contextmanager
def account(provider: str) -> Iterator[Account]:
    with provider_server() as server:
        yield Account(server, provider)


def _never(_request: Request, _readers: list[str]) -> None:
    return None

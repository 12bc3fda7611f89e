"""A relay that answers oddly to some, and what its clients asked it."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from tests.processes import Product
from tests.smtp_server import Connection, Script

IN_DAYS = "100000"  # as RETRY_SECONDS: what is deferred comes back in no test


class Watched(Script):
    """A scripted server that keeps who came how far, and when.

    `odd` says for a verb what each of some recipients is answered, again and again.
    """

    def __init__(
        self, *, odd: Mapping[str, Mapping[str, Any]] | None = None, **answers: Any
    ) -> None:
        super().__init__(**answers)
        self.odd = odd or {}
        self.asked: list[tuple[str, str, float]] = []  # verb, recipient, moment

    def answer(self, verb: str, connection: Connection) -> bytes | None:
        with self.lock:
            self.asked.append((verb, connection.recipient, time.monotonic()))
        answer = self.odd.get(verb, {}).get(connection.recipient)
        if answer is None:
            return super().answer(verb, connection)
        answer = answer(connection) if callable(answer) else answer
        return answer.encode() + b"\r\n" if isinstance(answer, str) else answer

    def counts(self, verb: str) -> Counter[str]:
        """How often each recipient came as far as this."""
        return Counter(who for asked, who, _moment in self.asked if asked == verb)

    def moments(self, verb: str, recipient: str) -> list[float]:
        """When, on the monotonic clock."""
        wanted = (verb, recipient)
        return [at for asked, who, at in self.asked if (asked, who) == wanted]


class Until:
    """An answer given once, and on until something has happened; then another."""

    def __init__(self, happened: Callable[[], bool], first: str, then: Any) -> None:
        self.happened, self.first, self.then = happened, first, then
        self.was_given = False

    def __call__(self, _connection: Connection) -> Any:
        if self.was_given and self.happened():
            return self.then
        self.was_given = True
        return self.first


class FromTo:
    """The usual answer, but an odd one from a call on for some calls, whoever asks."""

    def __init__(self, usual: bytes, odd: bytes, *, after: int, times: int) -> None:
        self.usual, self.odd = usual, odd
        self.calls = range(after, after + times)
        self.count = 0
        self.lock = threading.Lock()

    def __call__(self, _connection: Connection) -> bytes:
        with self.lock:
            self.count += 1
            return self.odd if self.count - 1 in self.calls else self.usual


def until_idle(product: Product, **settings: str) -> str:
    """Let a sender do what is due, and return what it says on stderr."""
    done = product.run("run_sender", "--until-idle", **settings)
    assert (done.returncode, done.stdout) == (0, "")
    return done.stderr


def rows(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What a ledger says of each address."""
    return {row["email"]: row for row in told["deliveries"]}

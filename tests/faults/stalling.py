"""A relay that falls silent at the moment in which a fault is to strike."""

import math
import os
import signal
import subprocess
import threading

from tests.a_bulletin import numbered
from tests.processes import SECONDS, Product
from tests.smtp_server import CLOSE, wait_until

PEOPLE = 24  # whom the bulletin of `due` is for
AUDIENCE = numbered(PEOPLE)
CONNECTIONS = 4  # of a worker, and so the most that its death leaves in doubt
OK = b"250 ok\r\n"


class Stall:
    """A step of the scripted server at which it stops answering, once it is armed.

    It gives its usual answer `after` so often, then to the next `most` none until
    `over` is set; those who waited are told what it says `then`.
    """

    def __init__(
        self,
        *,
        after: int,
        usual: bytes = OK,
        then: bytes | None = CLOSE,
        most: float = math.inf,
    ) -> None:
        self.left = after
        self.most = most
        self.usual = usual
        self.then = then
        self.reached = threading.Event()
        self.over = threading.Event()
        self.lock = threading.Lock()

    def __call__(self, connection):
        with self.lock:
            self.left -= 1
            stalls = -self.most <= self.left < 0 and not self.over.is_set()
        if not stalls:
            return self.usual
        self.reached.set()
        self.over.wait(SECONDS)
        return self.then


def kill(child: subprocess.Popen) -> None:
    """As the kernel does it: at once, and nothing can be put in order."""
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait(SECONDS) == -signal.SIGKILL


def status(product: Product) -> str:
    """The bulletin's, read beside the processes that write it."""
    return product.query("SELECT status FROM mailings_bulletin")[0][0]


def counted(product: Product) -> dict[str, int]:
    """How many deliveries are in each status, of those that have any."""
    asked = "SELECT status, count(*) FROM mailings_delivery GROUP BY status"
    return dict(product.query(asked))


def until_all_is_settled(product: Product, **settings: str) -> None:
    """Let a sender run until no delivery is open any more."""
    # Long: it is not to doubt its own mails only because the machine is slow.
    lease = {"LEASE_SECONDS": "60"}
    sender = product.start("run_sender", **lease | settings)
    wait_until(lambda: status(product) == "sent", seconds=SECONDS, what="the end")
    sender.terminate()
    assert sender.communicate(timeout=SECONDS) == ("", "")

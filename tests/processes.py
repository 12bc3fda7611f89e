"""The product as processes: a database of its own, an environment, and commands."""

import os
import shutil
import signal
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

    def migrate(self, template: Path) -> "Product":
        """Give it an empty, migrated database; `template` keeps one for the next.

        One of PostgreSQL is migrated where it is, unless it was before.
        """
        url = self.environment["DATABASE_URL"]
        if url.startswith("postgres"):
            if not _is_migrated(url):
                self.ok("migrate", "--verbosity", "0")
            return self
        if not template.exists():
            self.run("migrate", "--verbosity", "0")
            shutil.copy(self.database, template)
        shutil.copy(template, self.database)
        return self

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


def _is_migrated(url: str) -> bool:
    with psycopg.connect(url) as connection:
        asked = connection.execute("SELECT to_regclass('django_migrations')")
        return asked.fetchone() != (None,)

"""The database cannot store: nothing leaves meanwhile, and later all of it does."""

import contextlib
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psycopg
import pytest
import requests

from tests.a_bulletin import ledger
from tests.faults.desk import CSRF, Desk, Editor
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, CONNECTIONS, OK, Stall, status
from tests.processes import ROOT, SECONDS, Product
from tests.servers import children
from tests.servers.disks import Disk, small_disk
from tests.smtp_server import wait_until

MEGABYTES = 64
QUIET = 2.0  # seconds in which nothing may leave


@pytest.fixture
def small(
    installations, due, relay_port, tmp_path, request
) -> Iterator[tuple[Product, Disk]]:
    """A copy of `due` whose database stands on a small disk, and that disk."""
    settings = {
        "TRANSPORT": "smtp",
        "SMTP_URL": f"smtp://127.0.0.1:{relay_port}",
        "SMTP_CONNECTIONS": str(CONNECTIONS),
    }
    user = "postgres" if due.on_postgresql else None
    with small_disk(megabytes=MEGABYTES, user=user) as disk:
        if not due.on_postgresql:
            made = installations.make(disk.folder, like=due, **settings)
            yield made, disk
            made.stop()
            return
        postgres = request.getfixturevalue("postgres")
        pages = disk.folder / "pages"
        pages.mkdir()
        children.give(pages, user)
        with postgres.place(pages) as place:
            url = postgres.create(like=due.url, on=place)
            made = installations.make(tmp_path, like=due, DATABASE_URL=url, **settings)
            yield made, disk
            made.stop()


@contextlib.contextmanager
def backed_up(made: Product) -> Iterator[None]:
    """Somebody reads it as it is now, all the while: no room is used a second time."""
    counted = "SELECT count(*) FROM mailings_delivery"
    if made.on_postgresql:
        with psycopg.connect(made.url) as reader:
            reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            reader.execute(counted)
            yield
        return
    with contextlib.closing(sqlite3.connect(made.database)) as reader:
        reader.execute("BEGIN")
        reader.execute(counted).fetchone()
        yield


@contextlib.contextmanager
def reading_only(
    made: Product, sender: subprocess.Popen, request: pytest.FixtureRequest
) -> Iterator[None]:
    """The database answers, and takes nothing."""
    if made.on_postgresql:
        with request.getfixturevalue("postgres").reading_only(made.url):
            yield
        return
    # Whatever file a process writes to, none may reach its first byte.
    usual = resource.prlimit(sender.pid, resource.RLIMIT_FSIZE, (0, -1))
    yield
    resource.prlimit(sender.pid, resource.RLIMIT_FSIZE, usual)


def says_so_and_is_silent(sender: subprocess.Popen, script) -> str:
    """What it says; nothing leaves from then on."""
    said = sender.stderr.readline()
    assert said.startswith("The database does not answer, so nothing leaves:")
    handed = len(script.taken)
    time.sleep(QUIET)
    assert len(script.taken) == handed
    assert sender.poll() is None
    return said


def goes_on(made: Product, sender: subprocess.Popen, script) -> None:
    wait_until(lambda: status(made) == "sent", seconds=SECONDS, what="the end")
    sender.terminate()
    assert sender.communicate(timeout=SECONDS) == ("", "")
    assert sender.returncode == 0
    judge(audience=AUDIENCE, ledger=ledger(made, "1"), taken=script.taken)


@pytest.fixture
def stall(script, chance) -> Stall:
    """The relay waits in the middle; enough is left that needs room."""
    script.answers["BODY"] = Stall(after=chance.randrange(1, 9), then=OK)
    return script.answers["BODY"]


def test_f14_nothing_leaves_while_the_disk_of_the_database_is_full(
    small, script, stall
):
    made, disk = small
    with backed_up(made):
        sender = made.start("run_sender")
        assert stall.reached.wait(SECONDS)
        disk.fill()
        stall.over.set()
        said = says_so_and_is_silent(sender, script)
        assert "No space left on device" in said or "disk is full" in said
        disk.empty_out()
        goes_on(made, sender, script)


def test_f14_nothing_leaves_while_the_database_only_reads(
    make_product, relay_port, script, stall, request
):
    made = make_product(relay_port, LEASE_SECONDS="60")
    sender = made.start("run_sender")
    assert stall.reached.wait(SECONDS)
    with reading_only(made, sender, request):
        handed = len(script.taken)
        stall.over.set()
        says_so_and_is_silent(sender, script)
        assert len(script.taken) <= handed + CONNECTIONS
    goes_on(made, sender, script)


@pytest.fixture
def full_log() -> Iterator[IO[bytes]]:
    """Whatever is written there is refused: there is no space (full(4))."""
    with Path("/dev/full").open("wb") as log:
        yield log


def test_f45_a_sender_whose_log_is_full_goes_on_all_the_same(
    make_product, relay_port, script, stall, request, full_log
):
    made = make_product(relay_port, LEASE_SECONDS="60")
    sender = subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "run_sender"],
        env=made.environment,
        stdout=full_log,
        stderr=full_log,
    )
    made.children.append(sender)
    assert stall.reached.wait(SECONDS)
    with reading_only(made, sender, request):
        stall.over.set()
        time.sleep(QUIET)  # in which it has something to say, and nowhere to
    wait_until(lambda: status(made) == "sent", seconds=SECONDS, what="the end")
    sender.terminate()
    assert sender.wait(SECONDS) == 0
    judge(audience=AUDIENCE, ledger=ledger(made, "1"), taken=script.taken)


def test_f45_pages_are_read_while_the_disk_is_full_and_say_so_where_they_cannot_store(
    small, script, stall
):
    made, disk = small
    with Desk(made) as desk, backed_up(made):
        editor = desk.editor()
        sender = made.start("run_sender")
        assert stall.reached.wait(SECONDS)
        disk.fill()
        stall.over.set()
        says_so_and_is_silent(sender, script)
        for page in ("/admin/", "/admin/mailings/bulletin/1/progress/"):
            editor.open(page)
        answer = wrong_password(editor)
        # On PostgreSQL so small a row may still find room.
        assert answer.status_code == 503 or made.on_postgresql
        assert answer.status_code in (200, 503)
        disk.empty_out()
        assert wrong_password(editor).status_code == 200
        goes_on(made, sender, script)


def wrong_password(editor: Editor) -> requests.Response:
    """Try one: that it was tried is written down."""
    wrong = {"username": "joost", "password": "x", "csrfmiddlewaretoken": CSRF}
    site = editor.site
    fresh = {"Cookie": f"csrftoken={CSRF}", "Referer": site}
    return requests.post(f"{site}/admin/login/", data=wrong, headers=fresh, timeout=20)

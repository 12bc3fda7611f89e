"""The line that `run_sender` draws on a terminal, and that it draws nowhere else."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from django.core.management.base import OutputWrapper

from mailings.figures import Progress
from mailings.management.progress_line import ProgressLine, draw
from mailings.models import Bulletin, Delivery
from tests.a_bulletin import add_draft, add_people, numbered
from tests.processes import ROOT, SECONDS
from tests.smtp_server import sink

PEOPLE = 30
PACE = 12  # a second: long enough to be looked at
# As a job of a shell that has the terminal for itself.
BEHIND = ("sh", "-c", 'set -m; "$@" & wait $!', "sh")


def make_progress(*, rate=0.0, left=None, **counts) -> Progress:
    return Progress(dict.fromkeys(Delivery.Status.values, 0) | counts, rate, left)


def drawn(progress, *, status="sending", width=79):
    return draw(Bulletin(pk=3, status=status), progress, width=width)


def test_the_line_tells_how_far_how_fast_and_how_long():
    half = make_progress(sent=7_000, failed=3_000, queued=10_000, rate=25, left=400)
    assert drawn(half, width=100) == (
        "Bulletin 3  [####################--------------------]"
        "  50%  10,000 of 20,000  25/s  6 min left"
    )
    slow = make_progress(sent=1, queued=9, rate=0.05, left=7320)
    assert drawn(slow).endswith("  10%  1 of 10  3/min  2 h 2 min left")


def test_the_line_says_what_is_the_matter_where_there_is_no_time():
    assert drawn(make_progress(queued=9)).endswith("0%  0 of 9  sending")
    later = make_progress(sent=1, deferred=9, rate=1)
    assert drawn(later).endswith("10%  1 of 10  waits for another try")
    assert drawn(make_progress(sent=9, queued=1), status="paused").endswith("paused")
    assert drawn(make_progress()).endswith("0%  0 of 0  sending")


@pytest.mark.parametrize("width", [19, 45, 79, 200])
def test_no_line_is_wider_than_the_terminal(width):
    found = make_progress(sent=400_000, queued=600_000, rate=2_000, left=300)
    line = drawn(found, width=width)
    assert len(line) <= width
    assert line.startswith("Bulletin 3  ")
    assert ("[" in line) == (width >= 79)


class Terminal:
    """A command on a terminal of its own, to its end, and what it showed there."""

    def __init__(self, product, *arguments, columns=90, in_front=True, **settings):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 30, columns, 0, 0))
        command = [sys.executable, ROOT / "manage.py", *arguments]
        child = subprocess.Popen(
            command if in_front else [*BEHIND, *command],
            cwd=product.folder,
            env=product.environment | {"TERM": "xterm"} | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
        )
        product.children.append(child)
        os.close(slave)
        self.shown = _read(master)
        self.stdout = child.communicate(timeout=SECONDS)[0]
        self.code = child.returncode

    @property
    def lines(self) -> list[str]:
        """Each as it stood there at some moment."""
        every = re.split(r"[\r\n]", self.shown.replace("\x1b[K", ""))
        return [one for one in every if one]


def _read(master: int) -> str:
    found = b""
    while True:
        try:
            some = os.read(master, 65536)
        except OSError:  # EIO: nobody holds the other side any more
            some = b""
        if not some:
            os.close(master)
            return found.decode()
        found += some


@pytest.fixture
def due(product):
    """A product with a bulletin that is due to thirty people, and its server."""
    with sink() as (mails, port):
        made = product(
            TRANSPORT="smtp", SMTP_URL=f"smtp://127.0.0.1:{port}", PACE=str(PACE)
        )
        add_people(made, numbered(PEOPLE))
        made.ok("send_bulletin", add_draft(made), "--yes")
        yield made
        assert len(mails.mails) == PEOPLE


def test_on_a_terminal_the_sender_draws_its_progress_until_it_is_sent(due):
    terminal = Terminal(due, "run_sender", "--until-idle", columns=70)
    assert (terminal.code, terminal.stdout) == (0, b"")
    going = re.compile(r"Bulletin \d+  \[#*-+\]  \d+%  \d+ of 30  \d+/s  \d+ s left")
    assert any(going.fullmatch(line) for line in terminal.lines)
    assert re.fullmatch(
        r"Bulletin \d+  \[#+\]  100%  30 of 30  sent", terminal.lines[-1]
    )
    assert terminal.shown.endswith("sent\r\n")
    assert max(map(len, terminal.lines)) < 70


def test_behind_another_job_of_the_terminal_it_draws_nothing(due):
    terminal = Terminal(due, "run_sender", "--until-idle", in_front=False)
    assert (terminal.code, terminal.shown, terminal.stdout) == (0, "", b"")


@pytest.mark.parametrize("name", ["xterm", "dumb", ""])
def test_a_terminal_that_cannot_go_back_on_its_line_is_left_alone(name, monkeypatch):
    monkeypatch.setenv("TERM", name)
    master, slave = pty.openpty()
    with open(slave, "w") as stream, ProgressLine(OutputWrapper(stream)) as line:
        assert line.thread.is_alive() == (name == "xterm")
        line.say("Paused.")
    assert _read(master) == "Paused.\r\n"


def test_where_it_is_no_terminal_a_sentence_is_just_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    with (
        (tmp_path / "log").open("w") as stream,
        ProgressLine(OutputWrapper(stream)) as line,
    ):
        line.say("Paused.")
        assert not line.thread.is_alive()
    assert (tmp_path / "log").read_text() == "Paused.\n"


def test_a_sentence_stands_above_the_line_and_takes_nothing_of_it():
    master, slave = pty.openpty()
    with open(slave, "w") as stream:
        line = ProgressLine(OutputWrapper(stream))
        line._put("Bulletin 3")
        line.say("Paused.")
        line._put("")
    clear = "\r\x1b[K"
    assert _read(master) == f"{clear}Bulletin 3{clear}Paused.\r\nBulletin 3{clear}"

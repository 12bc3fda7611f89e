"""How far the bulletins are that go out, on the last line of a terminal."""

import contextlib
import os
import threading
import time
from types import TracebackType
from typing import Self

from django.core.management.base import OutputWrapper
from django.db import Error, connection

from mailings.figures import Progress, progress
from mailings.models import Bulletin

EVERY = 0.5  # seconds between two looks at the ledger
TURN = 2.0  # seconds for each, where several go out
LONGEST_BAR, SHORTEST_BAR = 40, 10  # characters; below that there is none
NARROWEST = 20
CLEAR = "\r\x1b[K"  # to the start of the line, and away with what stands there
PATIENCE = 2.0  # seconds, for the last look


class ProgressLine:
    """Draws the line anew, in a thread, while its `with` lasts; `say` writes above it.

    Only where `stream` is a terminal that can, and this process is in its foreground:
    elsewhere it does nothing but say. A bulletin that ends leaves its line behind.
    Never raises what the database raises.
    """

    def __init__(self, stream: OutputWrapper) -> None:
        self.stream = stream
        self.over = threading.Event()
        self.writing = threading.Lock()
        self.line = ""  # as it stands there now
        self.going: list[int] = []  # as they were at the last look
        self.thread = threading.Thread(target=self._draw_on, daemon=True)

    def __enter__(self) -> Self:
        if self.stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb"):
            self.thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.over.set()
        if self.thread.ident:
            self.thread.join(PATIENCE)
        self._put("")

    def say(self, sentence: str) -> None:
        """Write one line, and the progress below it.

        A log that is full, or a terminal that is gone, stops no mail: nobody reads it.
        """
        with self.writing, contextlib.suppress(OSError):
            if self.line:
                self._write(CLEAR)
            self.stream.write(sentence)
            self._write(self.line)
            self.stream.flush()

    def _draw_on(self) -> None:
        last = False
        while not last:
            last = self.over.wait(EVERY)
            try:
                self._look()
            except Error:
                connection.close()  # the sender itself says what is wrong
            except OSError:
                return  # the terminal is gone
        connection.close()

    def _look(self) -> None:
        going = list(Bulletin.objects.sending().order_by("started_at", "pk"))
        ids = [one.pk for one in going]
        for ended in Bulletin.objects.filter(pk__in=set(self.going) - set(ids)):
            self._leave(ended)
        self.going = ids
        if not going:
            return self._put("")
        shown = going[int(time.monotonic() / TURN) % len(going)]
        self._put(self._drawn(shown))

    def _leave(self, bulletin: Bulletin) -> None:
        """It ended, or was paused: its line stays, and the next begins below."""
        self._put(self._drawn(bulletin))
        with self.writing:
            if self.line:
                self._write("\n")
            self.line = ""

    def _drawn(self, bulletin: Bulletin) -> str:
        if not self._is_in_front():
            return ""
        columns = os.get_terminal_size(self.stream.fileno()).columns
        return draw(bulletin, progress(bulletin), width=max(columns, NARROWEST) - 1)

    def _is_in_front(self) -> bool:
        """Whether the terminal is ours just now; `make run` shares it with others."""
        try:
            return os.tcgetpgrp(self.stream.fileno()) == os.getpgrp()
        except OSError:
            return False

    def _put(self, line: str) -> None:
        with self.writing:
            if line or self.line:
                self._write(f"{CLEAR}{line}")
            self.line = line

    def _write(self, text: str) -> None:
        if text:
            self.stream.write(text, lambda plain: plain, ending="")
            self.stream.flush()


def draw(bulletin: Bulletin, found: Progress, *, width: int) -> str:
    """The line for one bulletin, in ASCII, no longer than `width`."""
    name = f"Bulletin {bulletin.pk}  "
    words = f"{found.percent}%  {found.handled:,} of {found.audience:,}"
    tail = _pace(found) if bulletin.status == Bulletin.Status.SENDING else ""
    words = "  ".join(part for part in (words, tail or bulletin.status) if part)
    room = min(width - len(name) - len(words) - len("[]  "), LONGEST_BAR)
    if room < SHORTEST_BAR:
        return f"{name}{words}"[:width]
    done = room * found.handled // found.audience if found.audience else 0
    return f"{name}[{'#' * done}{'-' * (room - done)}]  {words}"


def _pace(found: Progress) -> str:
    """How fast it goes and how long it will take; empty where nobody knows yet."""
    if found.seconds_left is None:
        waits = found.open and found.open == found.deferred
        return "waits for another try" if waits else ""
    if found.rate < 1:
        rate = f"{max(round(found.rate * 60), 1)}/min"
    else:
        rate = f"{found.rate:,.0f}/s"
    return f"{rate}  {_time(found.seconds_left)} left"


def _time(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"

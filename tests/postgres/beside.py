"""Two at once: an act on a connection of its own, beside the test's transaction."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

SECONDS = 20
WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class Beside:
    """`act`, begun in a thread; `result()` is what it returned, or raises what it did.

    `waits()` is True once it stands in line for a row that somebody else holds.
    """

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act
        self.done = threading.Event()
        self.answer: Any = None
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def result(self) -> Any:
        assert self.done.wait(SECONDS), "it never ended"
        self.thread.join(SECONDS)
        if self.error:
            raise self.error
        return self.answer

    def waits(self) -> bool:
        until = time.monotonic() + SECONDS
        while not self.done.wait(0.02):
            assert time.monotonic() < until, "it neither waits nor ends"
            with connection.cursor() as cursor:
                # Within a transaction PostgreSQL shows who waits as it was at first.
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(WAITING)
                if cursor.fetchone() != (0,):
                    return True
        return False

    def _run(self) -> None:
        try:
            self.answer = self.act()
        except BaseException as error:
            self.error = error
        finally:
            connections.close_all()
            self.done.set()

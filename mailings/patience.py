"""A database that goes away is waited for; what is in hand is not lost."""

import math
import os
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, InternalError, OperationalError, connection

T = TypeVar("T")
# Gone, restarting, full, or (InternalError) a stand-by that only reads.
AWAY = (OperationalError, InterfaceError, InternalError)
STEP = 0.5  # seconds between two tries
# Asked to stop, a worker still tries for so long to write down what it handed over.
LAST_TRIES = 30.0
_files: dict[str, tuple[int, int]] = {}  # which file is open under a path: SQLite's


def until_stored(
    act: Callable[[], T],
    *,
    stop: threading.Event,
    report: Callable[[str], None],
    in_hand: bool = True,
    until: float = math.inf,
) -> T:
    """Do what the database is needed for, however long it is away.

    `act` runs again from its beginning, also where nobody knows whether its commit
    held. Raises what the database raised once it was away for LAST_TRIES after `stop`;
    where nothing is in hand, at once, and also when it is past `until` (monotonic).
    """
    told = False
    give_up = None
    while True:
        try:
            _check_file()
            return act()
        except AWAY as error:
            if stop.is_set():
                wait = LAST_TRIES if in_hand else 0
                give_up = give_up or time.monotonic() + wait
                if time.monotonic() >= give_up:
                    raise
            if not in_hand and time.monotonic() >= until:
                raise
            if not told:
                said = str(error).strip().rstrip(".?")
                report(f"The database does not answer, so nothing leaves: {said}.")
            told = True
            _begin_anew()
            time.sleep(STEP)


def _begin_anew() -> None:
    """Drop a connection that is of no use any more."""
    if not connection.in_atomic_block:
        connection.close()
        _files.clear()


def _check_file() -> None:
    """Raise OperationalError where SQLite's file was moved away or replaced.

    An open one still takes what nobody will ever read, and a missing one would be made
    anew.
    """
    path = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or ":" in path:  # a colon: it is in memory
        return
    try:
        found = os.stat(path)
    except OSError as error:
        raise OperationalError(f"its file cannot be found ({error.strerror})") from None
    here = (found.st_dev, found.st_ino)
    if _files.setdefault(path, here) != here:
        raise OperationalError("its file was replaced")

"""An error that nobody caught becomes a mail to the operators, once an hour.

The letter says which error and where in the code, and never what was in it: the words
of an error may hold whatever somebody typed. Those stand in the log.
"""

import logging
import time
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.utils.module_loading import import_string
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from bode.logs import asked, request_id
from senders.text import one_line

ONCE = timedelta(hours=1)
KINDS = 100  # of errors that one process remembers, so that memory has a bound
ROOT = Path(__file__).resolve().parent.parent


class TellOperators(logging.Handler):
    """Posts a letter for a record that carries an exception. It never raises."""

    def __init__(self, level: int | str = logging.ERROR) -> None:
        super().__init__(level)
        self.told: dict[str, float] = {}  # subject → when, on the monotonic clock

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is None or not settings.OPERATORS:
            return
        if isinstance(error, SuspiciousOperation):
            return  # a request that we refused: anybody can send those all day
        name = _name(error)
        if not self._is_news(name):
            return
        try:
            # By name: logging is set up before there are any models.
            tell = import_string("senders.alerts.tell_operators_once")
            subject = format_lazy(_("an error: {name}"), name=name)
            tell(subject=subject, text=_text(record, error, name), within=ONCE)
        except Exception:
            # Whatever is broken now, it may not break what was being told as well.
            self.told.pop(name, None)

    def _is_news(self, name: str) -> bool:
        now = time.monotonic()
        if now - self.told.get(name, -ONCE.total_seconds()) < ONCE.total_seconds():
            return False
        if len(self.told) >= KINDS:
            self.told.clear()
        self.told[name] = now
        return True


def _name(error: BaseException) -> str:
    """Its class and place, such as `KeyError in mailings/editions.py, line 40`."""
    frames = list(_frames(error.__traceback__))
    ours = [frame for frame in frames if not frame.startswith("…")]
    place = (ours or frames or ["no code"])[-1]
    return f"{type(error).__name__} in {place}"


def _text(record: logging.LogRecord, error: BaseException, name: str) -> object:
    frames = "\n".join(f"  {frame}" for frame in _frames(error.__traceback__))
    return format_lazy(
        "{what}\n\n{name}\n{where}\n\n{frames}\n\n{ending}",
        what=_("Something failed that nobody had foreseen."),
        name=name,
        where=_where(record),
        frames=frames,
        ending=_(
            "The log holds the whole error. The same one is told once an hour at most."
        ),
    )


def _where(record: logging.LogRecord) -> str:
    """The request or the task, without what it carried."""
    if request := asked(record):
        # On one line: whoever asks may not write the letter.
        return one_line(" ".join((*request, request_id.get())))
    task = getattr(record, "data", None)  # as Celery hands it over
    if isinstance(task, dict) and "name" in task:
        return str(task["name"])
    return record.name


def _frames(found: TracebackType | None) -> Iterator[str]:
    for frame, line in traceback.walk_tb(found):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
            shown = str(path.relative_to(ROOT))
        else:
            shown = "…/" + "/".join(path.parts[-2:])
        yield f"{shown}, line {line}, in {frame.f_code.co_name}"

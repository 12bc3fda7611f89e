"""What is written to the log: lines for people, or one JSON object a line.

Neither form holds an address or the token of a link: a log is read by more people,
and kept for longer, than what it tells of.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from subscribers.logs import hide

# What a line may be about. Whatever else a record carries stays out of the log.
IDS = ("bulletin", "delivery", "claim", "letter", "task_id", "status_code")
# Written into one line: whoever sends a request may not forge the next one.
_CONTROL = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))}
request_id: ContextVar[str] = ContextVar("request_id", default="")


def logging_settings(form: str) -> dict[str, Any]:
    """Django's LOGGING, for a LOG_FORMAT of "text" or "json"."""
    ours = ("bode", "senders", "subscribers", "mailings")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": "bode.logs.TextLines"},
            "json": {"()": "bode.logs.JsonLines"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": form},
            "operators": {"()": "bode.error_letters.TellOperators", "level": "ERROR"},
        },
        "root": {"handlers": ["console", "operators"], "level": "WARNING"},
        "loggers": {
            # cssutils reports var(), clamp() and calc(), which are fine in a mail.
            "CSSUTILS": {"level": "CRITICAL"},
            # Its own handlers would write and mail everything a second time.
            "django": {"handlers": [], "level": "WARNING"},
            "django.server": {"handlers": ["console"], "level": "INFO"},
            **{name: {"level": "INFO"} for name in ours},
        },
    }


class JsonLines(logging.Formatter):
    """One JSON object a line: time in UTC, level, logger, message, ids, request."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide(record.getMessage()),
            **_ids(record),
        }
        if error := _error(record):
            line["error"] = error
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """Time, level, logger and message, and an error's lines under it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = hide(record.message).translate(_CONTROL)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        """Further in than any record begins: an error's words may hold line breaks."""
        lines = hide(super().formatException(ei)).split("\n")
        return "\n".join(f"  {line.translate(_CONTROL)}" for line in lines)


def asked(record: logging.LogRecord) -> tuple[str, str] | None:
    """The method and the path of the request that a record is about, if it is."""
    request: Any = getattr(record, "request", None)
    if not hasattr(request, "path"):  # runserver hands over a socket
        return None
    return request.method, hide(request.path)


def _ids(record: logging.LogRecord) -> dict[str, Any]:
    found = {name: getattr(record, name) for name in IDS if hasattr(record, name)}
    if name := request_id.get():
        found["request"] = name
    if request := asked(record):
        found["method"], found["path"] = request
    return found


def _error(record: logging.LogRecord) -> str:
    if record.exc_info and record.exc_info[0]:
        return hide("".join(traceback.format_exception(*record.exc_info)))
    return ""

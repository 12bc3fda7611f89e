"""What a process of Celery's worker does at its beginning and at its end."""

import logging
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from celery import signals
from celery.worker import WorkController, consumer
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections
from kombu import Connection, Message

from bode.celery import BEAT
from bode.readiness import confirm_ready

# Set when this process is to finish what it has in hand, and to begin nothing more.
stop = threading.Event()

# Seconds between two tries to reach the broker. Celery would come to wait for 30.
SOONER = {"interval_start": 1, "interval_step": 1, "interval_max": 5}

HINTS = {entry["task"] for entry in BEAT.values()}

logger = logging.getLogger(__name__)


@dataclass
class Pipe:
    """Tells the children of a worker that it is about to end.

    Its own process alone holds the writing end, and closes it. A signal would reach
    some of them, or all, or twice.
    """

    owner: int | None = None
    reading: int | None = None
    writing: int | None = None

    def open(self) -> None:
        self.owner = os.getpid()
        self.reading, self.writing = os.pipe()

    def let_go(self) -> None:
        if self.writing is not None:
            os.close(self.writing)
        self.writing = None


pipe = Pipe()


class Consumer(consumer.Consumer):
    """Celery's, which is back soon after its broker is, and takes nothing but hints."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # What is no message at all costs a new connection, and not the worker.
        self.channel_errors += (ValueError, TypeError, AttributeError, LookupError)

    def ensure_connected(self, conn: Connection) -> Connection:
        # Celery calls it without saying how patient it is to be.
        patient = partial(conn.ensure_connection, **SOONER)
        conn.ensure_connection = patient  # type: ignore[method-assign]  # on this instance alone
        return super().ensure_connected(conn)

    def create_task_handler(self, *args: Any, **options: Any) -> Callable[..., object]:
        take = super().create_task_handler(*args, **options)

        def take_hints(message: Message) -> object:
            if is_hint(message):
                return take(message)
            logger.warning("What stood in Redis is no hint of ours, and is dropped.")
            return message.reject_log_error(logger, self.connection_errors)

        return take_hints


def is_hint(message: Message) -> bool:
    """Whether it says "look now" and nothing else, whoever put it there.

    Celery would also call what it names, wait for its time, or kill a sender at its
    limit in the middle of a mail.
    """
    try:
        arguments, options, calls = message.decode()
        limits = message.headers.get("timelimit") or []
        times = [message.headers.get(name) for name in ("eta", "expires")]
        more = [arguments, options, *calls.values(), *limits, *times]
        return message.headers["task"] in HINTS and not any(more)
    except Exception:
        # Whatever reading it comes to: ours can be read.
        return False


@signals.worker_init.connect
def prepare(sender: WorkController, **_: object) -> None:
    """Raises SystemExit with one sentence where nothing could be done."""
    confirm_broker()
    try:
        confirm_ready()
    except OperationalError as error:
        logger.warning("The database does not answer, and is waited for: %s", error)
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None
    finally:
        connections.close_all()  # nobody shares one with a parent
    # Workers need not know of each other, and each such talk is one more to restore.
    sender.options.update(
        without_gossip=True, without_mingle=True, without_heartbeat=True
    )
    pipe.open()


@signals.beat_init.connect
def confirm_broker(**_: object) -> None:
    """Raises SystemExit with one sentence where Celery has nothing to talk to."""
    if not settings.REDIS_URL:
        raise SystemExit(
            "REDIS_URL is not set: Celery needs it, and run_sender works without."
        )


@signals.worker_process_init.connect
def prepare_child(**_: object) -> None:
    if os.getpid() == pipe.owner:
        return  # `--pool solo` has no child, and tells the one process that there is
    # Who stops a whole group of processes means the parent, which tells us.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe.let_go()
    threading.Thread(target=_wait_for_end, daemon=True).start()


@signals.beat_embedded_init.connect
def let_go(**_: object) -> None:
    """A beat inside the worker holds nothing open."""
    pipe.let_go()


@signals.worker_shutting_down.connect
def finish(**_: object) -> None:
    # In a thread: the signal may have come while this one holds the event's own lock.
    threading.Thread(target=stop.set).start()
    pipe.let_go()


@signals.setup_logging.connect
def keep_logging(**_: object) -> None:
    """Celery's own would write what LOGGING keeps out; that this is here is enough."""


def _wait_for_end() -> None:
    if pipe.reading is not None:
        os.read(pipe.reading, 1)
    stop.set()

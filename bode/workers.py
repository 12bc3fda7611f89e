"""What a process of Celery's worker does at its beginning and at its end."""

import logging
import os
import signal
import threading

from celery import signals
from celery.worker import WorkController
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

from bode.readiness import confirm_ready

# Set when this process is to finish what it has in hand, and to begin nothing more.
stop = threading.Event()
# The worker's own process holds the writing end: when that is closed, its children
# know that it is about to end. A signal would reach some of them, or all, or twice.
_pipe: list[int] = []

logger = logging.getLogger(__name__)


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
    _pipe[:] = os.pipe()


@signals.beat_init.connect
def confirm_broker(**_: object) -> None:
    """Raises SystemExit with one sentence where Celery has nothing to talk to."""
    if not settings.REDIS_URL:
        raise SystemExit(
            "REDIS_URL is not set: Celery needs it, and run_sender works without."
        )


@signals.worker_process_init.connect
def prepare_child(**_: object) -> None:
    # Who stops a whole group of processes means the parent, which tells us.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for writing_end in _pipe[1:]:
        os.close(writing_end)
    for reading_end in _pipe[:1]:
        threading.Thread(target=_wait_for_end, args=[reading_end], daemon=True).start()


@signals.beat_embedded_init.connect
def let_go(**_: object) -> None:
    """A beat inside the worker holds nothing open."""
    for end in _pipe:
        os.close(end)


@signals.worker_shutting_down.connect
def finish(**_: object) -> None:
    # In a thread: the signal may have come while this one holds the event's own lock.
    threading.Thread(target=stop.set).start()
    for writing_end in _pipe[1:]:
        os.close(writing_end)
    del _pipe[1:]


@signals.setup_logging.connect
def keep_logging(**_: object) -> None:
    """Celery's own would write what LOGGING keeps out; that this is here is enough."""


def _wait_for_end(reading_end: int) -> None:
    os.read(reading_end, 1)
    stop.set()

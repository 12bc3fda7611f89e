"""What Celery's workers do for bulletins. The rows say what is left to do."""

import logging
import threading

from celery import shared_task, signals

from bode.workers import stop
from mailings.waking import TASK
from mailings.working import Engine

LONGEST = 20.0  # seconds of one task

logger = logging.getLogger(__name__)


class Own(threading.local):
    """The engine of this process: its connections outlast a task."""

    engine: Engine | None = None


own = Own()


@shared_task(name=TASK, ignore_result=True)
def send() -> None:
    """Do all work that is due. May run twice, late or never."""
    if own.engine is None:
        own.engine = Engine(stop=stop, report=logger.warning)
    own.engine.drain(seconds=LONGEST)


@signals.worker_process_shutdown.connect
@signals.worker_shutdown.connect
def say_goodbye(**_: object) -> None:
    """End the connections of this process in order."""
    if own.engine:
        own.engine.close()

"""Telling Celery's workers that there is something to do, where there is Celery."""

import logging
import threading
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

PATIENCE = 1.0  # seconds that a page waits at most

logger = logging.getLogger(__name__)


def wake(task_name: str) -> None:
    """Tell a worker to look, once the transaction has committed. Raises nothing.

    Without it the work is found at the next look: nothing depends on being told.
    """
    if settings.REDIS_URL:
        transaction.on_commit(partial(_tell, task_name), robust=True)


def _tell(task_name: str) -> None:
    # In a thread: resolving a name can take longer than any time-out of a socket.
    teller = threading.Thread(target=_hint, args=[task_name], daemon=True)
    teller.start()
    teller.join(PATIENCE)


def _hint(task_name: str) -> None:
    try:
        # By name: Celery takes a quarter of a second that no other start need pay.
        import_string("bode.hinting.hint")(task_name)
    except Exception as error:
        # Whatever it is: what was asked for is stored, and found at the next tick.
        name = type(error).__name__
        logger.warning("No worker could be told to look now (%s).", name)

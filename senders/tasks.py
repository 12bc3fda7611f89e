"""What Celery's workers do for letters. The rows say what is left to do."""

import logging
import time

from celery import shared_task
from django.db import InterfaceError, OperationalError

from bode.workers import stop
from senders.letters import TASK, deliver_due

LONGEST = 20.0  # seconds of one task

logger = logging.getLogger(__name__)


@shared_task(name=TASK, ignore_result=True)
def deliver_letters() -> None:
    """Deliver the letters that are due. May run twice, late or never."""
    until = time.monotonic() + LONGEST
    try:
        while not stop.is_set() and time.monotonic() < until:
            if not deliver_due(stop=stop):
                return
    except (OperationalError, InterfaceError):
        # The next tick asks again; what the database says may name its host and user.
        logger.warning("The database does not answer, so no letter leaves.")

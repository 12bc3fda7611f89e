"""What Celery's workers do for letters. The rows say what is left to do."""

import time

from celery import shared_task

from bode.workers import stop
from senders.letters import TASK, deliver_due

LONGEST = 20.0  # seconds of one task


@shared_task(name=TASK, ignore_result=True)
def deliver_letters() -> None:
    """Deliver the letters that are due. May run twice, late or never."""
    until = time.monotonic() + LONGEST
    while not stop.is_set() and time.monotonic() < until:
        if not deliver_due(stop=stop):
            return

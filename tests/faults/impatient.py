"""Celery as nobody should set it up: a task of more than a second is begun again.

`celery -A tests.faults.impatient worker` keeps each message until its task has ended,
takes who has not ended by then for dead, and says of each task that it has begun.
"""

import sys

from celery import signals

from bode.celery import app

VISIBILITY = 1  # seconds

app.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    broker_transport_options=app.conf.broker_transport_options
    | {
        "ack_emulation": True,
        "visibility_timeout": VISIBILITY,
        # Look for such messages every second, and not every hundred.
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    },
)


@signals.task_prerun.connect
def say(task_id: str, **_: object) -> None:
    print(f"begun {task_id}", file=sys.stderr, flush=True)

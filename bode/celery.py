"""Celery: it wakes workers up, and spreads the work over processes and machines.

The database is the queue and the truth. A message only says "look now": it may come
twice, late or never, and holds no argument. Start a worker with `celery -A bode worker`
and one beat with `celery -A bode beat`.
"""

import os

from celery import Celery
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bode.settings")

# Every message that goes out by itself. A second beat doubles them, and nothing else.
BEAT = {
    "send what is due": {"task": "mailings.tasks.send", "schedule": 2.0},
    "deliver letters": {"task": "senders.tasks.deliver_letters", "schedule": 10.0},
}
# A worker takes from both; `-Q letters` gives the letters a worker of their own.
SENDING, LETTERS = "sending", "letters"


def _broker() -> str:
    try:
        return settings.REDIS_URL
    except ImproperlyConfigured as error:
        # Celery's own commands would print it with a stack trace.
        raise SystemExit(str(error)) from None


app = Celery("bode", broker=_broker(), set_as_current=True)
app.conf.update(
    beat_schedule=BEAT,
    beat_scheduler="bode.hinting:Scheduler",  # in memory: it keeps no file
    beat_max_loop_interval=1,
    timezone="UTC",  # no hour that comes twice, or not at all
    task_queues=[Queue(name, routing_key=name) for name in (SENDING, LETTERS)],
    task_default_queue=SENDING,
    task_routes={"senders.tasks.*": {"queue": LETTERS}},
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    worker_consumer="bode.workers:Consumer",
    worker_concurrency=2,  # one sends while the other delivers letters
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,  # the database knows which sender is alive
    # Celery closes its connection to the database after each task, but for this.
    CELERY_DB_REUSE_MAX=200,
    # However long the broker is away, and whatever it answers: try again.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_channel_error_retry=True,
    worker_cancel_long_running_tasks_on_connection_loss=True,  # none: they are taken
    broker_transport_options={
        # A message is taken when it is read. To keep it until it is done, a full
        # Redis would have to store what it has no room for.
        "ack_emulation": False,
        "socket_connect_timeout": 5,
        "socket_timeout": 10,
        "health_check_interval": 10,
    },
)
app.autodiscover_tasks(["senders", "mailings"])

"""A hint is a message of Celery that says "look now", and nothing else."""

import logging

from celery import beat
from kombu.exceptions import OperationalError

from bode.celery import app

# Hints that wait: with so many, one more tells nothing. They do not go stale, so they
# carry no time, and clocks that differ between machines do no harm.
ENOUGH = 20
# Who sends a hint is a web page or a tick: neither waits for a broker that is away.
IMPATIENT = {
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "max_retries": 0,
}

logger = logging.getLogger(__name__)


def hint(task_name: str) -> None:
    """Tell a worker to look, unless enough of them are told already.

    Raises OperationalError where the broker is away or full. The connection is a new
    one each time, so that none has to be found dead after the broker's restart.
    """
    with app.connection_for_write(transport_options=IMPATIENT) as connection:
        queue = app.amqp.router.route({}, task_name)["queue"]
        channel = connection.default_channel
        if channel.queue_declare(queue.name).message_count < ENOUGH:
            app.send_task(task_name, connection=connection, retry=False)


class Scheduler(beat.Scheduler):
    """Celery's beat, which here forgets a tick that it cannot send."""

    producer = None  # Celery's would wait until the broker is there

    def apply_async(
        self,
        entry: beat.ScheduleEntry,
        producer: None = None,
        advance: bool = True,
        **_options: object,
    ) -> None:
        if advance:
            entry = self.reserve(entry)
        try:
            hint(entry.task)
        except OperationalError as error:
            logger.warning("The broker does not take a tick: %s", error)

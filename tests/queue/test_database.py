"""A database that goes away during a task: it ends, and a next one goes on."""

import time

from tests.a_bulletin import numbered
from tests.smtp_server import wait_until


def test_a_restart_in_the_middle_of_a_task_costs_time_and_nothing_else(
    crew, postgres, mails
):
    ours = crew(PACE="40")
    worker = ours.worker()
    ours.beat()
    bulletin = ours.send(150)
    wait_until(lambda: len(mails.mails) > 20, seconds=60)
    postgres.restart()
    ours.until_sent(bulletin)
    assert mails.recipients == numbered(150)
    assert ours.statuses(bulletin) == {"sent": 150}
    assert worker.poll() is None


def test_a_worker_keeps_its_connection_to_the_database_between_tasks(crew):
    ours = crew()
    ours.worker("--concurrency", "1")
    ours.beat()
    backend = (
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    # The worker's own process asks as well, once; who writes a pulse is its child.
    wait_until(lambda: ours.product.query("SELECT 1 FROM mailings_pulse"), seconds=60)
    first = ours.product.query(backend)
    time.sleep(5)
    assert first
    assert ours.product.query(backend) == first

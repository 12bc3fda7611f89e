"""A worker stays connected to its database, and asks it no more than it must."""

import time

from tests.smtp_server import wait_until


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

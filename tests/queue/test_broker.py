"""A worker waits for its broker, and no broker is filled up with hints."""

from tests.smtp_server import wait_until


def test_a_worker_that_starts_while_redis_is_full_or_away_waits_for_it(
    crew, valkey, mails
):
    ours = crew()
    valkey.kill()
    worker = ours.worker()
    bulletin = ours.send(3)
    wait_until(lambda: "Trying again" in ours.log(), seconds=60)
    valkey.start()
    valkey.fill()
    ours.beat()
    wait_until(lambda: "does not take a tick" in ours.log(), seconds=60)
    assert mails.mails == []
    valkey.empty_out()
    ours.until_sent(bulletin)
    assert worker.poll() is None


def test_hints_that_nobody_reads_do_not_pile_up(crew, valkey):
    ours = crew()
    hint = "from bode.hinting import hint; hint('mailings.tasks.send')"
    ours.product.ok("shell", "-c", f"for _ in range(30): exec({hint!r})")
    with valkey.client() as client:
        assert client.llen("sending") == 20
        client.flushall()

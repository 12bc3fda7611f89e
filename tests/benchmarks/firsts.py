"""How soon the first mail leaves once a bulletin is due, on the real things."""

import statistics
import tempfile
import time
from pathlib import Path

from tests.a_bulletin import add_draft
from tests.processes import SECONDS, Product
from tests.queue.crew import Crew, children
from tests.servers.postgres import postgres_server
from tests.servers.valkey import Valkey
from tests.smtp_server import sink, wait_until

SENDS = 5


def seconds_to_the_first_mail() -> float:
    """The median, from Send now: a worker is woken, and there is no beat."""
    valkey = Valkey().start()
    try:
        with postgres_server() as server, sink() as (mails, port):
            product = Product(
                Path(tempfile.mkdtemp()),
                DATABASE_URL=server.migrated(),
                REDIS_URL=valkey.url,
                TRANSPORT="smtp",
                SMTP_URL=f"smtp://127.0.0.1:{port}",
            )
            try:
                return _median(Crew(product), mails)
            finally:
                product.stop()
    finally:
        valkey.close()


def _median(crew: Crew, mails) -> float:
    worker = crew.worker()
    drafts = [crew.prepare(5), *(add_draft(crew.product) for _ in range(SENDS))]
    wait_until(lambda: children(worker), seconds=SECONDS, what="the worker's start")
    # The first warms up: each process of the pool connects to everything.
    return statistics.median([_send(crew, mails, draft) for draft in drafts][1:])


def _send(crew: Crew, mails, draft: str) -> float:
    """From the moment that the database calls its send time."""
    came: list[float] = []
    mails.before = lambda *_: came.append(time.time())
    crew.product.ok("send_bulletin", draft, "--yes")
    wait_until(lambda: came, seconds=SECONDS)
    asked = (
        f"SELECT extract(epoch FROM send_at) FROM mailings_bulletin WHERE id={draft}"
    )
    crew.until_sent(draft)
    return came[0] - float(crew.product.query(asked)[0][0])

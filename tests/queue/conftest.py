from collections.abc import Callable, Iterator

import pytest

from tests.queue.crew import Crew
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey
from tests.smtp_server import Sink, sink


@pytest.fixture
def relay() -> Iterator[tuple[Sink, int]]:
    with sink() as (mails, port):
        yield mails, port


@pytest.fixture
def mails(relay) -> Sink:
    return relay[0]


@pytest.fixture
def crew(product, postgres: Postgres, valkey: Valkey, relay) -> Callable[..., Crew]:
    """Make a product on PostgreSQL and Redis, with a relay; nobody works yet."""

    def make(**settings: str) -> Crew:
        usual = {
            "DATABASE_URL": postgres.migrated(),
            "REDIS_URL": valkey.url,
            "TRANSPORT": "smtp",
            "SMTP_URL": f"smtp://127.0.0.1:{relay[1]}",
            "RETRY_SECONDS": "1",
        }
        return Crew(product(**usual | settings))

    return make

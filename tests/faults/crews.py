"""Crews of Celery for the faults: on PostgreSQL and Redis, with a bulletin to AUDIENCE.

Its people, its draft and the draft's sending are made once, and copied for each test.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.a_bulletin import add_draft, add_people, ledger
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, CONNECTIONS
from tests.processes import Product
from tests.queue.crew import Crew
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey
from tests.smtp_server import Script, scripted


@pytest.fixture(scope="session")
def drafted_url(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> str:
    """A database with AUDIENCE on a list and a draft to it, number 1."""
    url = postgres.migrated("drafted_for_crews")
    made = Product(_folder(tmp_path_factory), DATABASE_URL=url)
    add_people(made, AUDIENCE)
    assert add_draft(made) == "1"
    return url


@pytest.fixture(scope="session")
def due_url(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, drafted_url: str
) -> str:
    """The same, with that bulletin due; nobody was told."""
    url = postgres.create("due_for_crews", like=drafted_url)
    made = Product(_folder(tmp_path_factory), DATABASE_URL=url)
    made.ok("send_bulletin", "1", "--yes")
    return url


def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crew")


@pytest.fixture
def script() -> Script:
    """What the relay says; a test changes its answers."""
    return Script()


@pytest.fixture
def relay_port(script: Script) -> Iterator[int]:
    with scripted(script) as port:
        yield port


@pytest.fixture
def crew(
    product: Callable[..., Product],
    postgres: Postgres,
    valkey: Valkey,
    relay_port: int,
    due_url: str,
) -> Callable[..., Crew]:
    """Make a product whose bulletin 1 is due, or as in `like`; nobody works yet."""

    def make(*, like: str = due_url, **settings: str) -> Crew:
        usual = {
            "DATABASE_URL": postgres.create(like=like),
            "REDIS_URL": valkey.url,
            "TRANSPORT": "smtp",
            "SMTP_URL": f"smtp://127.0.0.1:{relay_port}",
            "SMTP_CONNECTIONS": str(CONNECTIONS),
            "RETRY_SECONDS": "1",
        }
        return Crew(product(**usual | settings))

    return make


def judge_crew(
    ours: Crew, script: Script, *, doubts: int = 0, audience: Sequence[str] = AUDIENCE
) -> None:
    told = ledger(ours.product, "1")
    judge(audience=audience, ledger=told, taken=script.taken, doubts=doubts)

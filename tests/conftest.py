import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone, translation
from pytest_django import DjangoDbBlocker

from bode import banner, health
from tests.no_skips import pytest_sessionfinish
from tests.processes import Product
from tests.servers.postgres import Postgres, postgres_server
from tests.servers.valkey import Valkey

__all__ = ["pytest_sessionfinish"]

# What is PostgreSQL's alone: `make test` runs everything on it after SQLite.
collect_ignore = [] if "TEST_DATABASE_URL" in os.environ else ["postgres"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test may use the database, but for those that run the product beside."""
    for item in items:
        beside = "product" in getattr(item, "fixturenames", ())
        if not beside and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page asked for in English leaves its thread English: not for the next test."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def _just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page misses a sender yet, and none remembers what another test had."""
    monkeypatch.setattr(banner, "STARTED", time.monotonic())
    cache.delete_many([health.CACHED, health.SUSPECTED])


@pytest.fixture(scope="session", autouse=True)
def _no_session_is_left(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """PostgreSQL drops no database that a thread of some test is still connected to."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the empty, migrated database of `Product` is kept for the next."""
    return tmp_path_factory.mktemp("migrated") / "bode.sqlite3"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for databases of one's own: `product(DATABASE_URL=postgres.migrated())`.

    One for each process of tests, so that a restart disturbs nobody.
    """
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """A broker that each test finds running and empty, whatever the last one did."""
    server = Valkey()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _broker_as_new(request: pytest.FixtureRequest) -> None:
    if "valkey" in request.fixturenames:
        request.getfixturevalue("valkey").renew()


class Installations:
    """Makes products: `make(like=other)` has a copy of the other's database.

    On SQLite, but on PostgreSQL where these tests are run on it.
    """

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self.request = request
        self.template = request.getfixturevalue("migrated")

    def make(
        self, folder: Path, *, like: Product | None = None, **settings: str
    ) -> Product:
        if "DATABASE_URL" not in settings and os.environ.get("TEST_DATABASE_URL"):
            server = self.request.getfixturevalue("postgres")
            url = server.create(like=like.url) if like else server.migrated()
            settings["DATABASE_URL"] = url
        template = like.database if like else self.template
        return Product(folder, **settings).migrate(template)


@pytest.fixture(scope="session")
def installations(request: pytest.FixtureRequest) -> Installations:
    return Installations(request)


@pytest.fixture
def product(
    tmp_path: Path, installations: Installations
) -> Iterator[Callable[..., Product]]:
    """Make installations that run as processes; each is ended after the test."""
    made: list[Product] = []

    def make(*, like: Product | None = None, **settings: str) -> Product:
        folder = tmp_path / f"product-{len(made)}"
        folder.mkdir()
        made.append(installations.make(folder, like=like, **settings))
        return made[-1]

    yield make
    for one in made:
        one.stop()

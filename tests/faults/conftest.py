import os
import random
import zlib
from collections.abc import Callable

import pytest

from tests.a_bulletin import add_draft, add_people
from tests.faults.crews import crew, drafted_url, due_url, relay_port, script
from tests.faults.desk import hire_editors
from tests.faults.stalling import AUDIENCE, CONNECTIONS
from tests.processes import Product

__all__ = ["crew", "drafted_url", "due_url", "relay_port", "script"]


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Decides where a fault strikes: the same at every run, but for FAULT_SEED."""
    seed = f"{os.environ.get('FAULT_SEED', '0')} {request.node.nodeid}"
    return random.Random(zlib.crc32(seed.encode()))


@pytest.fixture(scope="session")
def drafted(installations, tmp_path_factory) -> Product:
    """With AUDIENCE on a list, a draft to it, number 1, and EDITORS: made once."""
    made = installations.make(tmp_path_factory.mktemp("drafted"))
    add_people(made, AUDIENCE)
    assert add_draft(made) == "1"
    hire_editors(made)
    return made


@pytest.fixture(scope="session")
def due(installations, tmp_path_factory, drafted: Product) -> Product:
    """The same, with that bulletin due."""
    made = installations.make(tmp_path_factory.mktemp("due"), like=drafted)
    made.ok("send_bulletin", "1", "--yes")
    return made


@pytest.fixture
def make_product(product, due: Product) -> Callable[..., Product]:
    """Make a copy of `due` that sends to a relay on that port of loopback."""

    def make(port: int, *, like: Product = due, **settings: str) -> Product:
        usual = {
            "TRANSPORT": "smtp",
            "SMTP_URL": f"smtp://127.0.0.1:{port}",
            "SMTP_CONNECTIONS": str(CONNECTIONS),
            "LEASE_SECONDS": "1",
        }
        return product(like=like, **usual | settings)

    return make

import os
import random
import zlib

import pytest


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Decides where a fault strikes: the same at every run, but for FAULT_SEED."""
    seed = f"{os.environ.get('FAULT_SEED', '0')} {request.node.nodeid}"
    return random.Random(zlib.crc32(seed.encode()))

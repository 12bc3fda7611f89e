from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.test import Client

from tests.subscribers import importing


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of people and return its path."""
    return partial(importing.write, tmp_path)


@pytest.fixture
def stranger() -> Client:
    """A browser or robot for whom no door is left open."""
    return Client(enforce_csrf_checks=True)

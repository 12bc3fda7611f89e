import pytest

from mailings import delivering, patience


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """Nobody waits for a server or a database that a test took away."""
    monkeypatch.setattr(delivering, "LONGEST_QUIET", 0.01)
    monkeypatch.setattr(patience, "STEP", 0.01)

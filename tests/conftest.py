import pytest


@pytest.fixture(autouse=True)
def _database(db):
    """Every test may use the database; each starts with an empty one."""

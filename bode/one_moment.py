"""Reading a lot of the database as it was at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read within is of one moment, and nothing is changed by it.

    Nobody waits for it: who writes goes on. But until it ends the database cleans up
    nothing that it might still read, so let nothing slow be done within. In a
    transaction that has begun already, that one decides.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with _read_transaction():
            yield
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
                )
            yield


@contextmanager
def _read_transaction() -> Iterator[None]:
    """Django's own would be IMMEDIATE, and keep everybody else from writing."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")

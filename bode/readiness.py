"""Whether the database is one that this version can work on.

Asked when a command or a worker starts: what is wrong then is one sentence, and not a
stack trace from the first query that needs what is missing.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from subscribers.proving import WrongAddressKey, confirm_address_key


class Unready(ImproperlyConfigured):
    """The database is there, and nothing may be done with it; its text says why."""


def missing_migrations() -> int:
    """How many migrations the database lacks. Raises what the database raises."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def confirm_ready() -> None:
    """Raise Unready, or OperationalError where the database does not answer."""
    if missing := missing_migrations():
        raise Unready(missing_sentence(missing))
    try:
        with translation.override("en"):  # as all that stops a start
            confirm_address_key()
    except WrongAddressKey as error:
        raise Unready(str(error)) from None


def refuse_another_key() -> None:
    """Raise SystemExit where a web process would remember people under another key.

    A database that is away or not up to date has a page that says so.
    """
    try:
        with translation.override("en"):  # as every sentence at the start
            confirm_address_key()
    except WrongAddressKey as error:
        raise SystemExit(str(error)) from None
    except (DatabaseError, InterfaceError):
        return
    finally:
        connections.close_all()  # nobody shares one with a parent


def missing_sentence(missing: int) -> str:
    migrations = "one migration" if missing == 1 else f"{missing} migrations"
    return f"The database lacks {migrations}: run manage.py migrate first."

"""The database: there, up to date, ours, and of the same opinion about the time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader

from bode.database_words import sentence_on
from bode.doctor.clock import check_clock
from bode.readiness import missing_migrations, missing_sentence
from senders.findings import Finding, error, ok, warning
from subscribers.proving import WrongAddressKey, confirm_address_key

SECONDS = 5


@dataclass
class Database:
    """What the other checks want to know of it."""

    is_ready: bool = False


def check_database(database: Database) -> Iterator[Finding]:
    """Sets `is_ready` where rows can be read."""
    file = _missing_file()
    if file:
        yield error("database", f"There is no file {file}: run manage.py migrate.")
        return
    try:
        _connect()
        yield _engine()
        yield from check_clock("The database", now=_now())
        missing = missing_migrations()
    except InterfaceError as failure:
        yield error("database", f"The database does not answer: {failure}.")
        return
    except DatabaseError as failure:
        yield error("database", sentence_on(failure))
        return
    if missing:
        yield error("migrations", missing_sentence(missing))
        return
    yield from _newer() or [ok("migrations", "The database is up to date.")]
    database.is_ready = True
    yield _address_key()


def _missing_file() -> str:
    """SQLite's file where there is none: connecting would make an empty one."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or ":" in name or Path(name).is_file():
        return ""
    return name


def _connect() -> None:
    if connection.vendor == "postgresql":
        # A host that swallows packets would be waited for much longer.
        connection.settings_dict["OPTIONS"].setdefault("connect_timeout", SECONDS)
    connection.ensure_connection()


def _engine() -> Finding:
    if connection.vendor == "sqlite":
        said = "SQLite answers; it serves a demo and small lists on one machine."
        if settings.DEMO or not settings.REDIS_URL:
            return ok("database", said)
        return warning("database", f"{said} With Celery, use PostgreSQL.")
    version = ".".join(str(part) for part in connection.get_database_version())
    return ok("database", f"PostgreSQL {version} answers.")


def _now() -> datetime:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')")
            return datetime.fromisoformat(cursor.fetchone()[0])
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _newer() -> list[Finding]:
    """Migrations that this version does not know: another, newer one was here."""
    loader = MigrationLoader(connection)
    ours = {app for app, _name in loader.disk_migrations or {}}
    unknown = [
        f"{app}.{name}"
        for app, name in loader.applied_migrations or {}
        if app in ours and (app, name) not in (loader.disk_migrations or {})
    ]
    if not unknown:
        return []
    said = (
        f"The database is newer than this version of Bode ({sorted(unknown)[-1]}): "
        "start the version that migrated it."
    )
    return [error("migrations", said)]


def _address_key() -> Finding:
    try:
        confirm_address_key()
    except WrongAddressKey as refusal:
        return error("address key", str(refusal))
    return ok("address key", "ADDRESS_KEY is the key of this database.")

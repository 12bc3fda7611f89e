"""What the database itself keeps true, whoever changes a row and from where.

Tallies follow their deliveries, and a trail is never changed. The triggers are looked
after at every `migrate`, since SQLite loses them where Django makes a table anew.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = {"mailings_delivery", "mailings_tally", "mailings_trailentry"}

# What a page calls waiting: whether a worker holds it just now changes no count.
_STATE = (
    "CASE WHEN {0}status IN ('claimed', 'submitting') THEN 'queued' ELSE {0}status END"
)
_INTO = "INSERT INTO mailings_tally (bulletin_id, domain, status, count)"
_RECOUNT = (
    "DELETE FROM mailings_tally",
    f"{_INTO} SELECT bulletin_id, domain, {_STATE.format('')}, count(*)"
    " FROM mailings_delivery GROUP BY 1, 2, 3",
)

# PostgreSQL: once for each statement, however many rows it changed.
_SIDES = "SELECT bulletin_id, domain, {state} AS status, {step} AS step FROM {rows}"
_FUNCTION = """
    CREATE OR REPLACE FUNCTION mailings_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {body}
        RETURN NULL;
    END $$
"""
_STATEMENT_TRIGGER = """
    CREATE TRIGGER {name} AFTER {event} ON mailings_delivery
    REFERENCING {referencing} FOR EACH STATEMENT EXECUTE FUNCTION mailings_{name}()
"""
_EVENTS = {
    "delivery_added": ("INSERT", {"now_rows": 1}),
    "delivery_moved": ("UPDATE", {"was_rows": -1, "now_rows": 1}),
    "delivery_removed": ("DELETE", {"was_rows": -1}),
}
_REFERENCES = {"was_rows": "OLD TABLE AS was_rows", "now_rows": "NEW TABLE AS now_rows"}
_REFUSAL = "A trail is added to, and never changed."

# SQLite: once for each row, into one tally of its kind.
_ONE_EACH = (
    "CREATE UNIQUE INDEX IF NOT EXISTS tally_one_each"
    " ON mailings_tally (bulletin_id, domain, status)"
)
_COUNT_ROW = (
    f"{_INTO} VALUES ({{0}}.bulletin_id, {{0}}.domain, {{state}}, {{step}})"
    " ON CONFLICT (bulletin_id, domain, status) DO UPDATE SET count = count + {step};"
)
# What is not there is not made: `flush` may have emptied the tallies before it empties
# the ledger, and its numbers begin anew.
_COUNT_OFF = (
    "UPDATE mailings_tally SET count = count + {step} WHERE bulletin_id ="
    " {0}.bulletin_id AND domain = {0}.domain AND status = {state};"
)


def look_after(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Make the triggers that are missing, and count what they missed; else nothing.

    Called after every `migrate`, for each app. Also where the tables are not there
    (yet, or any more).
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        if not set(connection.introspection.table_names(cursor)) >= TABLES:
            return
        cursor.execute(_found(connection))
        if cursor.fetchone() == (len(_kept_true(connection)),):
            return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        # Creating a trigger locks the table, so nothing moves before the count.
        for statement in (*_removing(connection), *_making(connection), *_RECOUNT):
            cursor.execute(statement)


def remove(_apps: Any, schema_editor: Any) -> None:
    """Take the triggers away, before a migration backwards takes their tables."""
    for statement in _removing(schema_editor.connection):
        schema_editor.execute(statement)


def _kept_true(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of all that must be there."""
    # Without its index SQLite would refuse every change to the ledger.
    index = ["tally_one_each"] if connection.vendor == "sqlite" else []
    return [*_EVENTS, "trail_kept", *index]


def _found(connection: BaseDatabaseWrapper) -> str:
    """How many of them there are."""
    names = ", ".join(f"'{name}'" for name in _kept_true(connection))
    if connection.vendor == "sqlite":
        return f"SELECT count(*) FROM sqlite_master WHERE name IN ({names})"
    return (
        "SELECT count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        f" WHERE tgname IN ({names}) AND pg_table_is_visible(pg_class.oid)"
    )


def _removing(connection: BaseDatabaseWrapper) -> list[str]:
    tables = dict.fromkeys(_EVENTS, "mailings_delivery")
    tables["trail_kept"] = "mailings_trailentry"
    if connection.vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in tables] + [
            "DROP INDEX IF EXISTS tally_one_each"
        ]
    return [
        f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in tables.items()
    ]


def _making(connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "sqlite":
        return [_ONE_EACH, *map(_row_trigger, _EVENTS), _row_refusal()]
    return [one for name in _EVENTS for one in _statement_trigger(name)] + [
        _FUNCTION.format(name="trail_kept", body=f"RAISE EXCEPTION '{_REFUSAL}';"),
        "CREATE TRIGGER trail_kept BEFORE UPDATE ON mailings_trailentry"
        " FOR EACH ROW EXECUTE FUNCTION mailings_trail_kept()",
    ]


def _statement_trigger(name: str) -> tuple[str, str]:
    event, sides = _EVENTS[name]
    state = _STATE.format("")
    rows = " UNION ALL ".join(
        _SIDES.format(state=state, step=step, rows=side) for side, step in sides.items()
    )
    body = (
        f"{_INTO} SELECT bulletin_id, domain, status, sum(step) FROM ({rows}) AS moved"
        " GROUP BY bulletin_id, domain, status HAVING sum(step) <> 0;"
    )
    referencing = " ".join(_REFERENCES[side] for side in sides)
    return (
        _FUNCTION.format(name=name, body=body),
        _STATEMENT_TRIGGER.format(name=name, event=event, referencing=referencing),
    )


def _row_trigger(name: str) -> str:
    event, sides = _EVENTS[name]
    row = {"was_rows": ("old", _COUNT_OFF), "now_rows": ("new", _COUNT_ROW)}
    body = " ".join(
        count.format(name, state=_STATE.format(f"{name}."), step=step)
        for (name, count), step in ((row[side], step) for side, step in sides.items())
    )
    when = ""
    if event == "UPDATE":
        event = "UPDATE OF bulletin_id, domain, status"
        same = f"{_STATE.format('old.')} = {_STATE.format('new.')}"
        when = f"WHEN NOT ({same} AND old.domain = new.domain)"
    return (
        f"CREATE TRIGGER {name} AFTER {event} ON mailings_delivery"
        f" FOR EACH ROW {when} BEGIN {body} END"
    )


def _row_refusal() -> str:
    return (
        "CREATE TRIGGER trail_kept BEFORE UPDATE ON mailings_trailentry"
        f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )

"""How soon the pages that show figures answer, with a large bulletin halfway.

As many deliveries as asked, to some thousand domains, moved in slices as a worker
moves them, and never vacuumed since; beside them a bulletin of a thousand, whose pages
are the measure: machines differ. In a process of its own, on SQLite or on the
PostgreSQL of TEST_DATABASE_URL: python -m tests.benchmarks.pages [DELIVERIES]
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from mailings.editions import compile_edition
from mailings.models import Bulletin, Delivery, Slowdown, Tally
from mailings.pulse import beat
from senders.models import Sender
from tests.benchmarks import letters
from tests.make import make_bulletin, make_organisation, make_sender

DELIVERIES, FEW = 1_000_000, 1_000
SLICE = 5_000
ROUNDS = 15
UNSETTLED = 100  # in doubt; the others an editor left as they are
PAGE = "/admin/mailings/bulletin"
PAGES = {
    "progress page": f"{PAGE}/{{}}/progress/",
    "progress page, what changes": f"{PAGE}/{{}}/progress/live/",
    "list of bulletins": f"{PAGE}/",
    "home page": "/admin/",
}
# Half of them at ten large domains, and half at five thousand small ones.
WRITE = """
    WITH RECURSIVE numbers(n) AS (
        SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s
    )
    INSERT INTO mailings_delivery (bulletin_id, edition_id, email, domain, address_key,
        "values", status, outcome, reason, attempts, due_at, provider_id)
    SELECT %s, %s, 'p' || n || '@lezer.example',
        'd' || CASE WHEN n %% 2 = 0 THEN n %% 10 ELSE n %% 5000 END || '.example',
        CAST(n AS text), '{}', 'queued', 'none', '', 0, %s, ''
    FROM numbers
"""
MOVE = "UPDATE mailings_delivery SET status = %s WHERE id >= %s AND id < %s"
SETTLE = """
    UPDATE mailings_delivery
       SET status = CASE WHEN id %% 100 < 92 THEN 'sent' WHEN id %% 100 < 95 THEN
               'failed' WHEN id %% 100 < 98 THEN 'deferred' WHEN id %% 100 < 99 THEN
               'skipped' ELSE 'in_doubt' END,
           reason = CASE WHEN id %% 100 < 92 THEN '' ELSE
               '55' || id %% 5 || ' 5.1.1 refused, number ' || id END,
           due_at = CASE WHEN id %% 100 < 95 THEN due_at ELSE %s END
     WHERE id >= %s AND id < %s
"""


Figures = dict[str, dict[str, float]]


def measured(*, postgresql: bool) -> Figures:
    """Page -> milliseconds: many, few (the median of rounds), and the fastest of many.

    In a process of its own.
    """
    command = [sys.executable, "-m", "tests.benchmarks.pages"]
    if postgresql:
        command = [sys.executable, "-m", "tests.servers", *command]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main(deliveries: int = DELIVERIES) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            settings.DATABASES["default"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        call_command("migrate", verbosity=0)
        make_organisation()
        _never_vacuum()
        small, large = _halfway(FEW), _halfway(deliveries)
        until = timezone.now() + timedelta(minutes=9)
        Slowdown.objects.create(domain="d7.example", until=until, reason="450 busy")
        client = Client()
        client.force_login(letters.make_editor())
        beat()
        print(json.dumps(_figures(client, small, large)))


def _figures(client: Client, small: Bulletin, large: Bulletin) -> Figures:
    """The small one alone first: some pages show both."""
    Bulletin.objects.filter(pk=large.pk).update(status="draft")
    few = {name: _rounds(client, path, small) for name, path in PAGES.items()}
    Bulletin.objects.filter(pk=large.pk).update(status="sending")
    Bulletin.objects.filter(pk=small.pk).update(status="draft")
    many = {name: _rounds(client, path, large) for name, path in PAGES.items()}
    median = statistics.median
    return {
        name: {
            "many": median(many[name]),
            "few": median(few[name]),
            "fastest of many": min(many[name]),
        }
        for name in PAGES
    }


def _rounds(client: Client, path: str, bulletin: Bulletin) -> list[float]:
    """Milliseconds of rounds in which nothing is remembered, after one that warms."""
    taken = []
    for _round in range(ROUNDS + 1):
        cache.clear()
        begun = time.perf_counter()
        answer = client.get(path.format(bulletin.pk))
        taken.append(1000 * (time.perf_counter() - begun))
        assert answer.status_code == 200
    return taken[1:]


def _never_vacuum() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in (Delivery, Tally):
                table = model._meta.db_table
                cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")


def _halfway(deliveries: int) -> Bulletin:
    bulletin = make_bulletin(sender=_sender(), lists=[])
    edition = compile_edition(bulletin)
    edition.save()
    ago = timezone.now() - timedelta(minutes=10)
    Bulletin.objects.filter(pk=bulletin.pk).update(
        status="sending", edition=edition, send_at=ago, started_at=ago, going_since=ago
    )
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [deliveries, bulletin.pk, edition.pk, ago])
    first = Delivery.objects.filter(bulletin=bulletin).order_by("pk")[0].pk
    for start in range(first, first + deliveries // 2, SLICE):
        _send(start, min(start + SLICE, first + deliveries // 2))
    doubts = Delivery.objects.filter(bulletin=bulletin, status="in_doubt").order_by(
        "pk"
    )
    kept = list(doubts.values_list("pk", flat=True)[:UNSETTLED])
    doubts.exclude(pk__in=kept).update(left_at=timezone.now())
    return bulletin


def _sender() -> Sender:
    return Sender.objects.first() or make_sender()


def _send(start: int, end: int) -> None:
    """Each claimed, handed over and settled, in a transaction each."""
    later = timezone.now() + timedelta(minutes=30)
    with connection.cursor() as cursor:
        for status in ("claimed", "submitting"):
            cursor.execute(MOVE, [status, start, end])
        cursor.execute(SETTLE, [later, start, end])
    Tally.objects.fold()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

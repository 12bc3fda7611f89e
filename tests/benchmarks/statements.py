"""How long the statement of a large bulletin takes, and how much memory.

As many deliveries as asked, of the second of three bulletins. In a process of its own,
on SQLite or on the PostgreSQL of TEST_DATABASE_URL:
python -m tests.benchmarks.statements [DELIVERIES]
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from mailings.editions import compile_edition
from mailings.models import Bulletin
from tests.benchmarks import letters
from tests.make import make_bulletin, make_list, make_organisation, make_sender

DELIVERIES = 1_000_000
VALUES = """'{"first_name": "Anne", "last_name": "Dam ' || n || '"}'"""
WRITE = """
    WITH RECURSIVE numbers(n) AS
         (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)
    INSERT INTO mailings_delivery (bulletin_id, edition_id, email, domain, address_key,
           "values", status, outcome, reason, attempts, due_at, sent_at, provider_id)
    SELECT %s, %s, 'lezer' || n || '@rietmonde.example', 'rietmonde.example', '' || n,
           {values}, CASE WHEN n %% 10000 = 7 THEN 'failed' ELSE 'sent' END, 'none',
           CASE WHEN n %% 10000 = 7 THEN '550 5.1.1 no such user' ELSE '' END, 1,
           CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, ''
      FROM numbers
"""
PAGE = "/admin/mailings/bulletin/{}/deliveries/"
ASKED = {
    "statement, its first page": "",
    "statement, a page in its middle": "?after={middle}",
    "statement, who failed": "?status=failed",
    "statement, an address that nobody has": "?q=nobody@nowhere",
}


def figures(*, deliveries: int, postgresql: bool) -> dict[str, float]:
    """What was measured in a process of its own: its name -> ms, s or MB."""
    command = [sys.executable, "-m", "tests.benchmarks.statements", str(deliveries)]
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
        sender, chosen = make_sender(), make_list()
        bulletins = [
            _gone(make_bulletin(lists=[chosen], sender=sender), many)
            for many in (deliveries // 2, deliveries, deliveries // 2)
        ]
        client = Client()
        client.force_login(letters.make_editor())
        print(json.dumps(_measured(client, bulletins[1], deliveries)))


def _measured(client: Client, bulletin: Bulletin, deliveries: int) -> dict[str, float]:
    page = PAGE.format(bulletin.pk)
    middle = bulletin.deliveries.order_by("pk")[deliveries // 2].pk
    found = {}
    for name, asked in ASKED.items():
        address = page + asked.format(middle=middle)
        client.get(address)
        found[f"{name}, ms"] = 1000 * _seconds(lambda at=address: client.get(at))
    before = most = _memory()
    answer = client.get(f"{page}csv/")
    begun, own = time.perf_counter(), time.process_time()
    lines = size = 0
    for number, portion in enumerate(answer.streaming_content):
        lines += portion.count(b"\r\n")
        size += len(portion)
        if number % 20 == 0:
            most = max(most, _memory())
    assert lines == deliveries + 1
    found["statement as CSV, s"] = time.perf_counter() - begun
    found["statement as CSV, s of Bode's own"] = time.process_time() - own
    found["statement as CSV, MB of it"] = size / 2**20
    found["statement as CSV, MB of memory more than before"] = most - before
    return found


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _memory() -> float:
    """MB of this process that are in memory now."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _gone(bulletin: Bulletin, deliveries: int) -> Bulletin:
    edition = compile_edition(bulletin)
    edition.save()
    Bulletin.objects.filter(pk=bulletin.pk).update(status="sent", edition=edition)
    json = "CAST({} AS jsonb)" if connection.vendor == "postgresql" else "{}"
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE.format(values=json.format(VALUES)),
            [deliveries, bulletin.pk, edition.pk],
        )
    return bulletin


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

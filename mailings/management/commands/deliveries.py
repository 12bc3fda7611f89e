import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from mailings.figures import totals
from mailings.management.bulletin_command import BulletinCommand
from mailings.models import Bulletin, Delivery

# Spreadsheets take a cell that begins so for a formula (CWE-1236).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
COLUMNS = (
    "email",
    "status",
    "outcome",
    "reason",
    "attempts",
    "sent_at",
    "message_id",
)


class Command(BulletinCommand):
    help = "Show a bulletin's ledger: who, and what became of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        form = parser.add_mutually_exclusive_group()
        form.add_argument(
            "--json",
            action="store_true",
            help="one JSON document on stdout, nothing else",
        )
        form.add_argument("--csv", action="store_true", help="for a spreadsheet")

    def act(self, bulletin: Bulletin, **options: Any) -> None:
        if options["csv"]:
            self._write_csv(bulletin)
        elif options["json"]:
            self._write_json(bulletin)
        else:
            self._write_lines(bulletin)

    def _write_csv(self, bulletin: Bulletin) -> None:
        sheet = csv.writer(self.stdout)
        sheet.writerow(COLUMNS)
        for row in _rows(bulletin):
            sheet.writerow([_harmless(row[name]) for name in COLUMNS])

    def _write_json(self, bulletin: Bulletin) -> None:
        """One document, written row by row: a list may hold a million."""
        head = json.dumps(_head(bulletin), ensure_ascii=False)
        self.stdout.write(head.removesuffix("}") + ', "deliveries": [', ending="")
        between = "\n"
        for row in _rows(bulletin):
            line = json.dumps(row, ensure_ascii=False)
            self.stdout.write(f"{between}{line}", ending="")
            between = ",\n"
        self.stdout.write("\n]}")

    def _write_lines(self, bulletin: Bulletin) -> None:
        head = _head(bulletin)
        counts = (f"{count} {name}" for name, count in head["totals"].items() if count)
        self.stdout.write(
            f"Bulletin {bulletin.pk}: {head['status']}, audience {head['audience']}"
            f" ({', '.join(counts) or 'no deliveries'})"
        )
        if bulletin.reason:
            self.stdout.write(bulletin.reason)
        for row in _rows(bulletin):
            self.stdout.write(f"{row['status']:11} {row['email']}  {row['reason']}")


def _head(bulletin: Bulletin) -> dict[str, Any]:
    counted = totals(bulletin)
    return {
        "bulletin": bulletin.pk,
        "status": bulletin.status,
        "reason": bulletin.reason,
        "audience": sum(counted.values()),
        "totals": counted,
    }


def _rows(bulletin: Bulletin) -> Iterator[dict[str, Any]]:
    editions = {edition.pk: edition for edition in bulletin.editions.all()}
    for delivery in bulletin.deliveries.order_by("pk").iterator(chunk_size=2000):
        delivery.bulletin = bulletin
        delivery.edition = editions[delivery.edition_id]
        yield _row(delivery)


def _row(delivery: Delivery) -> dict[str, Any]:
    sent_at = delivery.sent_at
    return {
        "email": delivery.email,
        "status": delivery.status,
        "outcome": delivery.outcome,
        "reason": delivery.reason,
        "attempts": delivery.attempts,
        "sent_at": sent_at.isoformat() if sent_at else None,
        "message_id": delivery.message_id,
    }


def _harmless(value: Any) -> str:
    cell = "" if value is None else str(value)
    return f"'{cell}" if cell.startswith(FORMULA) else cell

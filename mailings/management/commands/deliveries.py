import csv
import gzip
import json
import shutil
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import IO, Any

from django.core.management.base import CommandError

from bode.one_moment import one_moment
from mailings.figures import totals
from mailings.management.bulletin_command import BulletinCommand
from mailings.models import Bulletin
from mailings.rendering.headers import message_id
from mailings.sheets import harmless
from mailings.statement import Line, deliveries_of, lines

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
        """Read at one moment, then said: whoever listens slowly keeps nothing open."""
        write = _write_lines
        if options["csv"]:
            write = _write_csv
        elif options["json"]:
            write = _write_json
        try:
            with tempfile.TemporaryFile() as kept:
                _write_at_one_moment(write, bulletin, kept)
                kept.seek(0)
                with gzip.open(kept, "rt", encoding="utf-8", newline="") as paper:
                    shutil.copyfileobj(paper, _Aloud(self.stdout))
        except BrokenPipeError:
            raise
        except OSError as error:
            sentence = f"The ledger could not be written down: {error.strerror}."
            raise CommandError(sentence) from error


class _Aloud:
    """A command's output, without the line end that Django adds to what it is given."""

    def __init__(self, output: Any) -> None:
        self.output = output

    def write(self, text: str) -> None:
        self.output.write(text, ending="")


def _write_at_one_moment(
    write: Callable[[Bulletin, IO[str]], None], bulletin: Bulletin, kept: IO[bytes]
) -> None:
    with gzip.open(kept, "wt", 1, encoding="utf-8", newline="") as paper, one_moment():
        now = Bulletin.objects.filter(pk=bulletin.pk).first()
        if now is None:  # a draft that somebody deleted meanwhile
            raise CommandError(f"There is no bulletin {bulletin.pk}.")
        write(now, paper)


def _write_csv(bulletin: Bulletin, paper: IO[str]) -> None:
    sheet = csv.writer(paper)
    sheet.writerow(COLUMNS)
    for row in _rows(bulletin):
        sheet.writerow([harmless(row[name]) for name in COLUMNS])


def _write_json(bulletin: Bulletin, paper: IO[str]) -> None:
    """One document, written row by row: a list may hold a million."""
    head = json.dumps(_head(bulletin), ensure_ascii=False)
    paper.write(head.removesuffix("}") + ', "deliveries": [')
    between = "\n"
    for row in _rows(bulletin):
        line = json.dumps(row, ensure_ascii=False)
        paper.write(f"{between}{line}")
        between = ",\n"
    paper.write("\n]}\n")


def _write_lines(bulletin: Bulletin, paper: IO[str]) -> None:
    head = _head(bulletin)
    counts = (f"{count} {name}" for name, count in head["totals"].items() if count)
    paper.write(
        f"Bulletin {bulletin.pk}: {head['status']}, audience {head['audience']}"
        f" ({', '.join(counts) or 'no deliveries'})\n"
    )
    if bulletin.reason:
        paper.write(f"{bulletin.reason}\n")
    for row in _rows(bulletin):
        who = row["email"] or "(erased person)"
        paper.write(f"{row['status']:11} {who}  {row['reason']}\n")


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
    senders = dict(bulletin.editions.values_list("pk", "from_address"))
    for line in lines(deliveries_of(bulletin)):
        made = message_id(bulletin.token, line.pk, senders[line.edition_id])
        yield _row(line, message_id=made)


def _row(line: Line, *, message_id: str) -> dict[str, Any]:
    return {
        "email": line.email,
        "status": line.status,
        "outcome": line.outcome,
        "reason": line.reason,
        "attempts": line.attempts,
        "sent_at": line.sent_at.isoformat() if line.sent_at else None,
        "message_id": message_id,
    }

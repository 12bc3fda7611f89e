"""`import_subscribers`: people from a CSV file onto a list."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import translation

from bode.contract import ContractCommand, add_json
from senders.text import one_line
from subscribers.errors import ImportRefused
from subscribers.importing.running import Report, import_file

COUNTS = ("added", "updated", "unchanged", "skipped")


class Command(ContractCommand):
    help = "Put the people of a CSV file on a list."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--list", required=True, metavar="SLUG")
        parser.add_argument(
            "--create-list",
            default="",
            metavar="NAME",
            help="make a public list of this name if there is none with that slug",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, and stop"
        )
        add_json(parser)

    def handle(self, **options: Any) -> None:
        try:
            # The command line speaks English, whatever the language of the readers.
            with translation.override("en"):
                report = import_file(
                    options["file"],
                    slug=options["list"],
                    create_list=options["create_list"],
                    dry_run=options["dry_run"],
                )
        except ImportRefused as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(_as_json(report))
            for line in _notes(report):
                self.stderr.write(line)
        else:
            for line in _as_text(report, dry_run=options["dry_run"]):
                self.stdout.write(line)


def _as_json(report: Report) -> str:
    counts = {name: report.counts[name] for name in COUNTS}
    rejected = [{"row": row, "reason": reason} for row, reason in report.rejected]
    return json.dumps(counts | {"rejected": rejected}, ensure_ascii=False, indent=2)


def _as_text(report: Report, *, dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield "Nothing has changed: this only says what would happen."
    for name in COUNTS:
        yield f"{name.capitalize() + ':':<11}{report.counts[name]:>8,}"
    yield f"{'Rejected:':<11}{len(report.rejected):>8,}"
    for row, reason in report.rejected:
        yield f"  row {row}: {reason}"
    yield from _notes(report)


def _notes(report: Report) -> Iterator[str]:
    if report.ignored:
        names = ", ".join(one_line(name)[:60] for name in report.ignored)
        yield f"Columns left alone: {names}."
    for language, people in report.unknown_languages.most_common():
        name = one_line(language)[:60]
        yield (
            f"Bode does not speak “{name}” ({people:,} rows): "
            "who is new gets the default language."
        )

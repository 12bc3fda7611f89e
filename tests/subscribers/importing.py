"""Imports in tests: write a file, import it, count its rows."""

from pathlib import Path

import pytest

from subscribers.errors import ImportRefused
from subscribers.importing.running import Report, import_file
from subscribers.models import MailingList, Subscriber
from tests.make import make_list


def write(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "people.csv"
    path.write_bytes(
        content if isinstance(content, bytes) else content.encode(encoding)
    )
    return path


def run(path: Path, *, dry_run: bool = False) -> Report:
    """Import onto the newsletter, which is made where it is not there."""
    if not MailingList.objects.filter(slug="nieuwsbrief").exists():
        make_list()
    return import_file(path, slug="nieuwsbrief", dry_run=dry_run)


def counts(report: Report) -> tuple[int, ...]:
    """Added, updated, unchanged, skipped, rejected."""
    names = ("added", "updated", "unchanged", "skipped")
    return tuple(report.counts[name] for name in names) + (len(report.rejected),)


def refusal(path: Path) -> str:
    """The sentence with which the file as a whole is refused."""
    with pytest.raises(ImportRefused) as refused:
        run(path)
    assert not Subscriber.objects.exists()
    return str(refused.value)

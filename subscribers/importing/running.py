"""Puts a file of people on a list: the whole file in one transaction, or nothing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from subscribers.errors import ImportRefused
from subscribers.importing.batch import import_batch
from subscribers.importing.people import Person, Rejected, read_person
from subscribers.importing.reading import Sheet, open_sheet
from subscribers.models import MailingList

# So many at once keep the memory constant and the statements few.
BATCH = 5000


@dataclass
class Report:
    """What became of the rows: each that holds anything is counted once."""

    counts: Counter[str] = field(default_factory=Counter)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    unknown_languages: Counter[str] = field(default_factory=Counter)


def import_file(
    path: Path, *, slug: str, create_list: str = "", dry_run: bool = False
) -> Report:
    """Confirm everybody in the file on the list, at once; with `dry_run`, only report.

    A list that does not exist is made where `create_list` names it. Raises
    ImportRefused, and then nothing has changed.
    """
    sheet = open_sheet(path)
    with transaction.atomic():
        mailing_list = _list(slug, create_list)
        report = _import(sheet, mailing_list)
        transaction.set_rollback(dry_run)
    return report


def _list(slug: str, create_list: str) -> MailingList:
    # Imports of one list wait for each other, so that their reports add up.
    lists = MailingList.objects.select_for_update(no_key=True)
    if found := lists.filter(slug=slug).first():
        return found
    if not create_list:
        raise ImportRefused(_("There is no list “%(slug)s”.") % {"slug": slug})
    new = MailingList(slug=slug, name=create_list)
    try:
        new.full_clean()
    except ValidationError as error:
        raise ImportRefused(" ".join(error.messages)) from None
    new.save()
    return new


def _import(sheet: Sheet, mailing_list: MailingList) -> Report:
    report = Report(ignored=sheet.columns.ignored)
    people: list[Person] = []
    source = _source(sheet.path)
    for person in _people(sheet, report):
        people.append(person)
        if len(people) == BATCH:
            report.counts += import_batch(people, mailing_list, source=source)
            people = []
    report.counts += import_batch(people, mailing_list, source=source)
    return report


def _people(sheet: Sheet, report: Report) -> Iterator[Person]:
    seen: set[bytes] = set()
    for row, cells in sheet.rows():
        try:
            person = read_person(cells, sheet.columns)
        except Rejected as error:
            report.rejected.append((row, str(error)))
            continue
        key = bytes.fromhex(person.key)  # half the memory
        if key in seen:
            report.counts["skipped"] += 1
            continue
        seen.add(key)
        if person.unknown_language:
            report.unknown_languages[person.unknown_language] += 1
        yield person


def _source(path: Path) -> str:
    # A name that is no UTF-8 comes with surrogates, which no database takes.
    return f"import {path.name.encode(errors='replace').decode()}"[:200]

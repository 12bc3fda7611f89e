"""The Dutch of Bode: `python -m tests.translations` brings locale/ up to date.

It reads every sentence to translate from code and templates, keeps the translations
that stand in django.po, and compiles django.mo. It needs no tools of the system.
"""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale" / "nl" / "LC_MESSAGES"
APPS = ["bode", "senders", "subscribers", "mailings"]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|\{\{[^}]*\}\}")


def sentences() -> Catalog:
    """Every sentence to translate, as the code and the templates have it now."""
    catalog = Catalog()
    for path, source in sources():
        for line, message, _comments, context in extract(
            "python", io.BytesIO(source.encode()), KEYWORDS
        ):
            catalog.add(message, context=context, locations=[(path, line)])
    return catalog


def sources() -> Iterator[tuple[str, str]]:
    """Path and Python source of each file that may hold sentences."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text()
    for path in sorted((ROOT / "templates").rglob("*.*")):
        # In brackets, since the rest of a template's text is no indentation.
        yield str(path.relative_to(ROOT)), f"({templatize(path.read_text())})"


def standing() -> Catalog:
    """What django.po holds."""
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file, locale="nl")


def update() -> None:
    """Bring django.po and django.mo up to date, and print what lacks its Dutch."""
    now, before = sentences(), standing()
    catalog = Catalog(locale="nl", header_comment="# Bode in Dutch.", fuzzy=False)
    for message in now:
        if not message.id:
            continue
        known = before.get(message.id, context=message.context)
        catalog.add(
            message.id,
            known.string
            if known and known.pluralizable == message.pluralizable
            else "",
            context=message.context,
            locations=[(path, None) for path, _line in message.locations],
        )
    written = io.BytesIO()
    write_po(written, catalog, width=88, sort_output=True)
    (FOLDER / "django.po").write_text(_without_dates(written.getvalue().decode()))
    with (FOLDER / "django.mo").open("wb") as file:
        write_mo(file, standing())
    for message in standing():
        if message.id and not any(strings(message)):
            print(message.id)


def strings(message) -> list[str]:
    return list(message.string) if message.pluralizable else [message.string]


def _without_dates(source: str) -> str:
    """A date in the header would change the file at every run."""
    dropped = (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Generated-By",
        "Last-Translator",
        "Language-Team",
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
    )
    lines = source.splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip('"').startswith(dropped))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    update()

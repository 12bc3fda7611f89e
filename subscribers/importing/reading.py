"""A CSV file in whatever encoding and delimiter, as rows with a spreadsheet's numbers.

Nothing of the file is kept in memory but the row at hand.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from subscribers.errors import ImportRefused
from subscribers.importing.columns import EMAIL, Columns, check_header, read_header

MOST_BYTES = 100 * 1024 * 1024
MOST_IN_A_LINE = 1_000_000
_CHUNK = 1024 * 1024

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t|"
# Excel's own hint, which it shows to nobody: "sep=;" on a line before the first row.
_HINT = re.compile(r'"?sep=(\t|[^\w\s"])"?\s*', re.IGNORECASE)
# Closes the last row. No file of ours holds it: a file with NUL is refused.
_END = "\0"


@dataclass(frozen=True)
class Sheet:
    """A file whose first row was understood."""

    path: Path
    encoding: str
    delimiter: str
    header_row: int
    columns: Columns

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row below the header that holds anything, with its number.

        Raises ImportRefused where the file is no CSV after all.
        """
        for number, cells in _records(self.path, self.encoding, self.delimiter):
            if number > self.header_row:
                yield number, cells


def open_sheet(path: Path) -> Sheet:
    """Understand encoding, delimiter and first row, or raise ImportRefused."""
    try:
        _check_file(path)
        encoding = _encoding(path)
        return _understand(path, encoding)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ImportRefused(
            _("The file cannot be read: %(reason)s.") % {"reason": reason}
        ) from None


def _check_file(path: Path) -> None:
    # Opened, a pipe or a device might never end.
    if path.exists() and not path.is_file():
        raise ImportRefused(_("This is no file."))
    size = path.stat().st_size
    if not size:
        raise ImportRefused(_("The file is empty."))
    if size > MOST_BYTES:
        raise ImportRefused(
            _("The file is larger than %(most)d MB: split it.")
            % {"most": MOST_BYTES // 1024**2}
        )


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise ImportRefused(
            _("This is a workbook or a document: save it as CSV and try again.")
        )
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return _decodes_or_refuse(path, encoding)
    if re.match(rb"[^\0]\0[^\0]\0", start):
        return _decodes_or_refuse(path, "utf-16-le")
    if re.match(rb"\0[^\0]\0[^\0]", start):
        return _decodes_or_refuse(path, "utf-16-be")
    # Windows leaves five bytes without a letter; Latin-1 decodes anything.
    return next(
        encoding
        for encoding in ("utf-8", "cp1252", "latin-1")
        if _decodes(path, encoding)
    )


def _decodes_or_refuse(path: Path, encoding: str) -> str:
    if not _decodes(path, encoding):
        raise ImportRefused(_("The file is damaged: a part of its text is cut."))
    return encoding


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while text := file.read(_CHUNK):
                if "\0" in text:
                    raise ImportRefused(_("This is no CSV file: it is not text."))
    except UnicodeError:
        return False
    return True


def _understand(path: Path, encoding: str) -> Sheet:
    with path.open(encoding=encoding, newline="") as file:
        hint = _HINT.fullmatch(file.readline(20))
    sheets = [
        _sheet(path, encoding, delimiter)
        for delimiter in (hint[1] if hint else _DELIMITERS)
    ]
    # The delimiter under which the first row makes the most sense.
    header, best = max(
        sheets,
        key=lambda one: (EMAIL in one[1].columns.fields.values(), one[1].columns.known),
    )
    check_header(header)
    return best


def _sheet(path: Path, encoding: str, delimiter: str) -> tuple[list[str], Sheet]:
    number, header = next(_records(path, encoding, delimiter), (0, []))
    if not header:
        raise ImportRefused(_("The file is empty."))
    return header, Sheet(path, encoding, delimiter, number, read_header(header))


def _records(
    path: Path, encoding: str, delimiter: str
) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not empty; empty ones have a number in a spreadsheet too."""
    number = 0
    with path.open(encoding=encoding, newline="") as file:
        records = csv.reader(_lines(file), delimiter=delimiter)
        try:
            for number, cells in enumerate(records, start=1):
                if cells == [_END]:
                    return
                if any(_END in cell for cell in cells):
                    raise ImportRefused(_unclosed(number))
                if any(cell.strip() for cell in cells):
                    yield number, cells
        except csv.Error:
            # A cell beyond csv's own limit of 131,072 characters.
            raise ImportRefused(_unclosed(number + 1)) from None


def _unclosed(row: int) -> str:
    return _("In row %(row)d a quotation mark opens that is never closed.") % {
        "row": row
    }


def _lines(file: TextIO) -> Iterator[str]:
    line = file.readline(MOST_IN_A_LINE)
    if not _HINT.fullmatch(line):
        file.seek(0, io.SEEK_SET)
    while line := file.readline(MOST_IN_A_LINE):
        if len(line) == MOST_IN_A_LINE:
            raise ImportRefused(_("This is no CSV file: it holds an endless line."))
        yield line
    yield _END

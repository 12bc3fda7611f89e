"""Rows for a spreadsheet: it reads them as they are meant, and runs none of them."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from django.utils.formats import get_format

# A cell that begins so is taken for a formula (CWE-1236), and a cell begins wherever a
# program cuts it: one of another language also at a delimiter that is not ours.
_FORMULA = re.compile("(?:^|(?<=[,;\t\r\n|])) *(?=[=+\\-@\t\r\n＝＋－＠])")
TOGETHER = 500  # rows that are written at once


def harmless(value: object) -> str:
    """The cell, kept from being a formula by an apostrophe; empty for None."""
    cell = "" if value is None else str(value)
    return _FORMULA.sub(r"'\g<0>", cell)


def delimiter() -> str:
    """What a spreadsheet in the active language takes for the end of a cell."""
    return ";" if get_format("DECIMAL_SEPARATOR") == "," else ","


def encoded(rows: Iterable[Iterable[str]], *, delimiter: str) -> Iterator[bytes]:
    """The rows as a CSV file in portions, in UTF-8 that a spreadsheet knows for it."""
    portion = io.StringIO("\ufeff", newline="")
    portion.seek(0, io.SEEK_END)
    sheet = csv.writer(portion, delimiter=delimiter)
    for number, row in enumerate(rows, 1):
        sheet.writerow(row)
        if number % TOGETHER == 0:
            yield portion.getvalue().encode()
            portion.seek(0)
            portion.truncate()
    yield portion.getvalue().encode()

"""What a spreadsheet is given: read as it is meant, and never run."""

import csv
import io

import pytest
from django.utils import translation

from mailings import sheets


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+31",
        "-1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
    ],
)
def test_no_cell_begins_as_a_formula(cell):
    assert sheets.harmless(cell) == f"'{cell}" or "'=" in sheets.harmless(cell)
    assert sheets.harmless(cell).startswith("'")


@pytest.mark.parametrize("other", [",", ";", "\t", "|", "\n"])
def test_nor_where_another_delimiter_would_cut_it(other):
    assert sheets.harmless(f"Jan{other}=1+1") == f"Jan{other}'=1+1"


@pytest.mark.parametrize(
    "cell", ["Jan de Vries", "550 5.1.1 <x@lezer.example>: no", "Vries, Jan-Piet", "3"]
)
def test_what_is_harmless_stays_as_it_is(cell):
    assert sheets.harmless(cell) == cell


def test_nothing_is_an_empty_cell():
    assert (sheets.harmless(None), sheets.harmless(0)) == ("", "0")


def test_cells_end_as_a_spreadsheet_of_that_language_ends_them():
    with translation.override("nl"):
        assert sheets.delimiter() == ";"
    with translation.override("en"):
        assert sheets.delimiter() == ","


def test_a_sheet_comes_in_portions_and_says_that_it_is_utf_8(monkeypatch):
    monkeypatch.setattr(sheets, "TOGETHER", 2)
    rows = [["é", 'a"b;c'], ["1", "x\ny"], ["2", ""]]
    portions = list(sheets.encoded(rows, delimiter=";"))
    assert len(portions) == 2
    whole = b"".join(portions)
    assert whole.startswith(b"\xef\xbb\xbf")
    text = io.StringIO(whole.decode("utf-8-sig"), newline="")
    assert list(csv.reader(text, delimiter=";")) == rows

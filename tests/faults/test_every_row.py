"""The matrix of docs/faults.md and the tests: a test for each row of it."""

import ast
import re
from pathlib import Path

from tests.processes import ROOT

ROW = re.compile(r"test_f(\d\d)_")


def numbered_tests() -> dict[int, list[str]]:
    """Row -> its tests, as "file::test"."""
    found: dict[int, list[str]] = {}
    for path in sorted(Path(ROOT, "tests", "faults").glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and (row := ROW.match(node.name)):
                name = f"{path.name}::{node.name}"
                found.setdefault(int(row[1]), []).append(name)
    return found


def documented() -> set[int]:
    page = Path(ROOT, "docs", "faults.md").read_text()
    return {int(number) for number in re.findall(r"^\| F(\d+) \|", page, re.MULTILINE)}


def test_every_row_of_the_matrix_has_its_test():
    assert documented() == set(numbered_tests())

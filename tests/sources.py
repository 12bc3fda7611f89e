"""The project's own files, and what its modules import."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bode", "senders", "subscribers", "mailings")
NOT_OURS = {".git", ".venv", "__pycache__", "static-collected", "node_modules"}


@dataclass(frozen=True)
class Import:
    """One import statement's module, and where it stands."""

    where: str  # the dotted name of the importing module
    what: str  # the dotted name of the imported module or member
    line: int
    relative: bool = False
    in_function: bool = False
    for_types: bool = False

    def __str__(self) -> str:
        return f"{self.where}:{self.line} imports {self.what}"


@cache
def files() -> list[Path]:
    """Every file of the project; in a checkout, the ones that git would keep."""
    if not (ROOT / ".git").exists():
        found = ROOT.rglob("*")
        return sorted(p for p in found if p.is_file() and not NOT_OURS & {*p.parts})
    # A checkout may belong to another user than the one who tests it.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    command += ["--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    names = sorted(listed.stdout.decode().split("\0"))
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def modules() -> Iterator[tuple[str, Path]]:
    """Our modules by dotted name, without migrations."""
    for path in files():
        parts = path.relative_to(ROOT).with_suffix("").parts
        if path.suffix == ".py" and parts[0] in PACKAGES and "migrations" not in parts:
            yield ".".join(parts).removesuffix(".__init__"), path


@cache
def imports() -> list[Import]:
    found: list[Import] = []
    for name, path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        _collect(tree, name, found, in_function=False, for_types=False)
    return found


def _collect(
    node: ast.AST,
    where: str,
    found: list[Import],
    *,
    in_function: bool,
    for_types: bool,
) -> None:
    for child in ast.iter_child_nodes(node):
        found.extend(_read(child, where, in_function=in_function, for_types=for_types))
        _collect(
            child,
            where,
            found,
            in_function=in_function
            or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda),
            for_types=for_types
            or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)),
        )


def _read(node: ast.AST, where: str, **place: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(where, alias.name, node.lineno, **place)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            what = f"{node.module or ''}.{alias.name}"
            yield Import(where, what, node.lineno, relative=node.level > 0, **place)

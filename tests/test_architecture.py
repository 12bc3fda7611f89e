"""Who may import whom: docs/architecture.md, read from the imports themselves."""

import ast

import pytest

from tests.sources import Import, files, imports, modules

ORDER = ("senders", "subscribers", "mailings")
DOORS = {"admin", "views", "urls", "forms", "tasks", "management", "demo"}
# The flow of a bulletin. None of them calls another: each leaves a state behind.
STAGES = {"scheduling", "holding", "starting", "delivering", "sweeping", "settling"}
STAGES |= {"figures"}
# Take values and give values: no row, no database, no settings of a request.
PURE = (
    "senders.addresses",
    "senders.colours",
    "senders.text",
    "subscribers.keys",
    "subscribers.tokens",
    "mailings.reasons",
    "mailings.rendering",
    "mailings.preflight.problem",
)
# The only ones who talk to the outside; those of `bode` are, or ask, our own server.
ROOMS = (
    "senders.transports",
    "senders.domains",
    "bode.running",
    "bode.probe",
    "bode.serving",
)
OUTSIDE = (
    "socket",
    "smtplib",
    "ssl",
    "requests",
    "urllib.request",
    "http.client",
    "asyncio",
    "aiohttp",
    "httpx",
    "dns",
)
LONGEST = 300
PURPOSELESS = {"utils", "util", "helpers", "common", "misc", "manager", "handler"}


def inside(module: str, *packages: str) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def is_door(module: str) -> bool:
    app, *rest = module.split(".")
    if app not in ORDER or not rest:
        return False
    return rest[0] in DOORS or rest[0].endswith(("_forms", "_views"))


def broken(rule) -> list[str]:
    """The imports that break a rule; those for types alone bind nobody."""
    return [str(one) for one in imports() if not one.for_types and rule(one)]


def test_there_is_something_to_check():
    assert {name.split(".")[0] for name, _path in modules()} == {*ORDER, "bode"}
    assert len(imports()) > 100


def test_mailings_import_subscribers_import_senders_and_never_back():
    def upwards(one: Import) -> bool:
        here, there = one.where.split(".")[0], one.what.split(".")[0]
        ranked = here in ORDER and there in ORDER
        return ranked and ORDER.index(there) > ORDER.index(here)

    assert broken(upwards) == []


def test_only_a_door_imports_a_door():
    assert broken(lambda one: is_door(one.what) and not is_door(one.where)) == []


def test_models_import_no_verb():
    def reaches_up(one: Import) -> bool:
        app, *rest = one.where.split(".")
        if app not in ORDER or rest[:1] != ["models"]:
            return False
        below = (f"{app}.models", f"{app}.errors", *PURE, "senders.outbox")
        ours = inside(one.what, *ORDER)
        lower = any(inside(one.what, f"{lower}.models") for lower in ORDER)
        return ours and not lower and not inside(one.what, *below)

    assert broken(reaches_up) == []


def test_pure_modules_know_no_rows():
    def knows_rows(one: Import) -> bool:
        rows = ("django.db", "django.http", "django.contrib")
        models = tuple(f"{app}.models" for app in ORDER)
        # Labels of a fixed set of words are no rows.
        labels = one.what == "django.db.models.TextChoices"
        return (
            inside(one.where, *PURE) and inside(one.what, *rows, *models) and not labels
        )

    assert broken(knows_rows) == []


def test_rendering_and_preflight_import_no_stage():
    def calls_up(one: Import) -> bool:
        checks = inside(one.where, "mailings.rendering", "mailings.preflight")
        return checks and inside(one.what, *(f"mailings.{stage}" for stage in STAGES))

    assert broken(calls_up) == []


def test_no_stage_calls_another():
    def calls_next(one: Import) -> bool:
        stages = {f"mailings.{stage}" for stage in STAGES}
        return one.where in stages and any(
            inside(one.what, stage) for stage in stages - {one.where}
        )

    assert broken(calls_next) == []


def test_only_the_named_rooms_talk_to_the_outside():
    def talks(one: Import) -> bool:
        # Knowing the name of an error is no talk.
        error = one.what.endswith(("Error", "Exception"))
        return (
            inside(one.what, *OUTSIDE) and not error and not inside(one.where, *ROOMS)
        )

    assert broken(talks) == []


def test_imports_stand_at_the_top_of_their_file():
    assert [str(one) for one in imports() if one.in_function] == []


def test_imports_are_absolute():
    assert [str(one) for one in imports() if one.relative] == []


def test_no_file_is_long():
    ours = [
        path
        for path in files()
        if path.suffix in {".py", ".html", ".js", ".css"}
        and not {"migrations", "locale", "vendor"} & {*path.parts}
    ]
    lengths = {path.name: len(path.read_bytes().splitlines()) for path in ours}
    assert {name: count for name, count in lengths.items() if count > LONGEST} == {}


def test_no_room_is_without_a_purpose():
    names = {part for name, _path in modules() for part in name.split(".")}
    assert names & PURPOSELESS == set()


@pytest.mark.parametrize("word", ["noqa", "type: ignore"])
def test_what_is_silenced_says_why(word):
    silent = [
        f"{path.name}:{number}"
        for name, path in modules()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if f"# {word}" in line and not line.partition(f"# {word}")[2].count("  # ")
    ]
    assert silent == []


def test_no_function_is_longer_than_thirty_lines():
    long = [
        f"{name}.{node.name}"
        for name, path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.end_lineno - node.body[0].lineno + 1 > 30
    ]
    assert long == []

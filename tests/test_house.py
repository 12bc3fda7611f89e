"""What stands around the code: pins, settings, compose, documents."""

import re
import subprocess
import sys

import pytest

from tests.sources import ROOT, files, modules

PACKAGES = (
    "django",
    "django-anymail",
    "premailer",
    "beautifulsoup4",
    "celery",
    "redis",
)
# Names of settings that are Django's or gunicorn's way of being told, and no secret.
NOT_IN_EXAMPLE = {"ENV_FILE"}
# Read by docker-compose.yml alone.
OF_COMPOSE = {"DOMAIN", "POSTGRES_PASSWORD", "BIND"}
READ = re.compile(r"""env\.\w+\(\s*"([A-Z_]+)\"""")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md")
PAGES = sorted([ROOT / name for name in DOCUMENTS] + [*(ROOT / "docs").rglob("*.md")])


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def settings_read():
    return {name for _m, path in modules() for name in READ.findall(path.read_text())}


def settings_documented():
    return set(re.findall(r"^([A-Z_]+)=", text(".env.example"), re.MULTILINE))


def test_every_setting_is_in_the_example_and_nothing_else():
    assert len(settings_read()) >= 20
    assert settings_documented() == settings_read() - NOT_IN_EXAMPLE | OF_COMPOSE


def test_the_example_explains_each_setting():
    lines = text(".env.example").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"[A-Z_]+=", line):
            assert lines[number - 1].startswith("# "), line


def test_the_example_holds_no_key():
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", text(".env.example"), re.MULTILINE))
    kept = {name: value for name, value in example.items() if value}
    assert kept == {"SITE_URL": "https://bode.example.org"}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_six_packages_are_pinned(package):
    assert re.search(rf"^{package}==\d\S* \\$", text("requirements.txt"), re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_have_hashes_and_name_no_place(name):
    pins = re.split(r"\n(?=\S)", text(name).strip())
    assert len(pins) > 30
    for pin in pins:
        first, *rest = pin.splitlines()
        assert re.match(r"[a-z0-9._-]+==[\w.]+( ; [^\\]+)? \\$", first), first
        assert any(line.startswith("    --hash=sha256:") for line in rest), first
    assert not re.search(r"https?:|file:|--index|--find-links|@ ", text(name))


def test_development_adds_to_what_runs_and_changes_no_pin():
    pin = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
    runs = dict(pin.findall(text("requirements.txt")))
    develops = dict(pin.findall(text("requirements-dev.txt")))
    assert {name: develops.get(name) for name in runs} == runs


def test_what_git_ignores_holds_the_keys_and_the_database():
    ignored = text(".gitignore").splitlines()
    assert {".env", "*.sqlite3", ".venv/"} <= set(ignored)
    kept = {path.name for path in files()}
    assert ".env" not in kept
    assert not any(name.endswith(".sqlite3") for name in kept)


def test_no_file_names_somebodys_machine():
    places = re.compile(rb"(?<![\w./-])/(?:home|root)/\w")
    ours = [path for path in files() if "vendor" not in path.parts]
    named = [path.name for path in ours if places.search(path.read_bytes())]
    assert named == []


@pytest.mark.parametrize("name", [str(path.relative_to(ROOT)) for path in PAGES])
def test_links_between_documents_lead_somewhere(name):
    targets = re.findall(r"\]\(([^)#\s]+)\)", text(name))
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    folder = (ROOT / name).parent
    assert [target for target in local if not (folder / target).exists()] == []


def test_the_readme_names_the_two_commands_and_the_settings():
    readme = text("README.md")
    assert "make run" in readme
    assert "make test" in readme
    assert ".env.example" in readme


def test_documents_name_modules_that_exist():
    known = {name.rpartition(".")[2] + ".py" for name, _path in modules()}
    known |= {path.name for path in files()}
    for name in DOCUMENTS:
        named = set(re.findall(r"`(?:\w+/)*(\w+\.py)`", text(name)))
        assert named - known == set(), name


@pytest.mark.parametrize("left_out", ["skip", "xfail"])
def test_in_ci_a_test_that_is_left_out_fails_the_run(tmp_path, left_out):
    (tmp_path / "test_it.py").write_text(
        f"import pytest\ndef test_it():\n    pytest.{left_out}('not today')\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.no_skips"]
    command += ["-p", "no:django", "-p", "no:cacheprovider", "-c", "/dev/null"]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    codes = [
        subprocess.run(
            [*command, tmp_path], env=environment | ci, capture_output=True
        ).returncode
        for ci in ({}, {"CI": "true"})
    ]
    assert codes == [0, 1]

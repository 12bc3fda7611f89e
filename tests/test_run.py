"""`make run`: two processes under one, that come and go together."""

import os
import signal
import socket
import subprocess

import pytest

from tests.processes import ROOT
from tests.running import Run, copy_project, words


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def first(folder):
    """The first start: its login line, its time, and how it ended."""
    run = Run(folder)
    try:
        run.start().until_login()
        run.page = run.get("/admin/login/")
        run.missing = run.get("/no-such-page/")
        os.killpg(run.process.pid, signal.SIGINT)  # as Ctrl-C does
        run.code = run.ended()
    finally:
        run.clean_up()
    return run


@pytest.fixture
def running(folder, first):
    """A later start, ready."""
    run = Run(folder)
    run.start()
    try:
        run.until_login()
        yield run
    finally:
        run.clean_up()


def test_a_first_start_says_where_to_log_in(first):
    url, user, password = words(first.login)
    assert (url, user) == (f"http://127.0.0.1:{first.port}/admin/", "admin")
    assert len(password) >= 12
    assert first.page[0] == 200


def test_it_keeps_its_settings_where_only_the_owner_reads(first, folder):
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    assert f"DEMO_PASSWORD={first.password}\n" in (folder / ".env").read_text()


def test_a_visitor_sees_no_technical_page(first):
    status, text = first.missing
    assert status == 404
    assert "URLconf" not in text
    assert "DEBUG" not in text


def test_ctrl_c_ends_everything_without_an_error(first):
    (line,) = own_words(first.errors())
    assert line.endswith(" WARNING django.request: Not Found: /no-such-page/")


def test_a_second_start_installs_nothing_and_keeps_data_and_password(first, folder):
    before = what_is_kept(folder)
    start_again(folder, first)
    assert what_is_kept(folder) == before


def test_sigterm_to_the_supervisor_ends_everything_with_zero(running):
    os.kill(running.pid("bode.running"), signal.SIGTERM)
    assert running.ended() == 0
    assert own_words(running.errors()) == []


@pytest.mark.parametrize(
    ("word", "name"), [("gunicorn", "web server"), ("run_sender", "sender")]
)
def test_a_killed_child_ends_everything_and_is_named(running, word, name):
    os.kill(running.pid(word), signal.SIGKILL)
    assert running.ended() != 0
    assert f"The {name} was killed (SIGKILL): all is stopped." in running.errors()


@pytest.mark.parametrize("word", ["bode.running", "make run"])
def test_whoever_is_killed_above_takes_the_children_along(running, word):
    pid = running.process.pid if word == "make run" else running.pid(word)
    os.kill(pid, signal.SIGKILL)
    assert running.ended() != 0


def test_a_busy_port_is_one_sentence_with_the_mend(folder, first):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = once(folder, PORT=str(port))
    assert done.returncode != 0
    (sentence,) = own_words(done.stderr)
    assert sentence.startswith(f"Port {port} is in use: ")
    assert f"PORT={port + 1} make run" in sentence


def test_a_wrong_setting_is_one_sentence(folder, first):
    done = once(folder, PACE="fast")
    assert done.returncode != 0
    assert own_words(done.stderr) == ["PACE must be a number above zero, not 'fast'."]


def test_a_database_that_is_not_there_is_one_sentence(folder, first, tmp_path):
    done = once(folder, DATABASE_URL=f"sqlite:///{tmp_path}/missing/bode.sqlite3")
    assert done.returncode != 0
    (said,) = own_words(done.stderr)
    assert said.startswith("The database does not answer: ")


def test_an_own_password_is_not_printed(folder, first, tmp_path):
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/bode.sqlite3"}
    keys = {"DEMO_PASSWORD": "first-of-all-passwords"}
    assert "first-of-all-passwords" in prepare(folder, **database, **keys)
    line = prepare(folder, **database, DEMO_PASSWORD="another-password-altogether")
    _url, user, told = words(line)
    assert user == "admin"
    assert told.startswith("(your own password;")
    assert "another-password" not in line


@pytest.mark.parametrize(
    ("stub", "sentence"),
    [
        (
            "import sys; sys.version_info = (3, 10, 4)",
            "Bode needs Python 3.11 or newer",
        ),
        ("import sys; sys.modules['ensurepip'] = None", "apt install python3-venv"),
    ],
)
def test_a_python_that_will_not_do_is_one_sentence(folder, tmp_path, stub, sentence):
    (tmp_path / "sitecustomize.py").write_text(stub)
    copy = tmp_path / "copy"
    for name in ("Makefile", "bode/installing.py", "requirements.txt"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((folder / name).read_bytes())
    done = once(copy, PYTHONPATH=str(tmp_path))
    assert done.returncode != 0
    (said,) = own_words(done.stderr)
    assert sentence in said
    assert not (copy / ".venv").exists()


def test_no_python_at_all_is_one_sentence(folder):
    done = once(folder, PYTHON="no-such-python")
    assert done.returncode != 0
    (said,) = own_words(done.stderr)
    assert "sudo apt install python3 python3-venv" in said


def what_is_kept(folder):
    stamp = (folder / ".venv" / "installed").stat().st_mtime_ns
    return (
        (folder / "bode.sqlite3").stat().st_ino,
        (folder / ".env").read_text(),
        stamp,
    )


def start_again(folder, first):
    run = Run(folder)
    try:
        run.start().until_login()
        assert run.password == first.password
        assert run.get("/admin/login/")[0] == 200
        run.process.terminate()
        assert run.ended() in {0, 2, -signal.SIGTERM}
    finally:
        run.clean_up()


def own_words(errors):
    """What stands on stderr without what make adds."""
    return [line for line in errors.splitlines() if not line.startswith("make: ")]


def once(folder, **settings):
    """A `make run` that ends by itself."""
    run = Run(folder, settings=settings)
    return subprocess.run(
        ["make", "run"],
        cwd=folder,
        env=run.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def prepare(folder, **settings):
    environment = Run(folder, settings=settings).environment
    command = [ROOT / ".venv/bin/python", "manage.py", "prepare_demo"]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[0]

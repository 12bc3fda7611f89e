"""Every command: wrong use is 2, a refusal or wrong settings 1, one sentence each."""

import signal
import subprocess
import sys

import pytest

from tests.processes import ROOT, SECONDS
from tests.smtp_server import wait_until


@pytest.mark.parametrize("name", ["SECRET_KEY", "ADDRESS_KEY"])
def test_a_missing_key_is_one_sentence(product, name):
    done = product().run("check", **{name: ""})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{name} is not set:")
    assert len(done.stderr.splitlines()) == 1


def test_a_command_speaks_english_to_scripts_whatever_the_language(product):
    one = product(LANGUAGE_CODE="nl")
    done = one.run("import_bulletin", "nowhere.md", "--list", "nieuws")
    assert (done.returncode, done.stderr) == (1, "There is no file “nowhere.md”.\n")


def test_a_reader_that_closes_early_is_told_in_one_sentence(product):
    made = product()
    reader = subprocess.Popen(["true"], stdin=subprocess.PIPE)
    reader.wait()
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "load_demo"],
        cwd=made.folder,
        env=made.environment,
        stdout=reader.stdin,
        stderr=subprocess.PIPE,
        text=True,
        timeout=SECONDS,
    )
    reader.stdin.close()
    assert done.returncode == 1
    assert done.stderr == "The output was closed before its end.\n"


def test_a_command_that_is_interrupted_says_so_in_one_sentence(product):
    made = product()
    file = made.folder / "people.csv"
    rows = (f"p{number}@lezer.example\n" for number in range(400_000))
    file.write_text("email\n" + "".join(rows))
    going = made.start(
        "import_subscribers", str(file), "--list", "nieuws", "--create-list", "Nieuws"
    )
    wait_until(made.is_open, seconds=SECONDS, what="the import's beginning")
    going.send_signal(signal.SIGINT)
    _out, err = going.communicate(timeout=SECONDS)
    assert (going.returncode, err) == (1, "Stopped before the end.\n")


def test_a_terminal_of_another_alphabet_costs_a_letter_and_no_more(product):
    made = product(PYTHONIOENCODING="ascii")
    file = made.folder / "people.csv"
    file.write_text("email,taal\np@lezer.example,français\n", encoding="utf-8")
    new = ("--list", "nieuws", "--create-list", "Nieuws")
    assert "“français”" in made.ok("import_subscribers", str(file), *new)


def test_a_command_that_does_not_exist_is_wrong_use(product):
    done = product().run("send_everything")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Unknown command: 'send_everything'")

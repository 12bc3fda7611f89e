"""Every wrong setting stops every command with one sentence that names it."""

import json
import os
import sqlite3
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from bode.environment import Environment
from tests.processes import ROOT

KEYS = {"SECRET_KEY": "x" * 50, "ADDRESS_KEY": "y" * 50}
DEMO = KEYS | {"DEBUG": "1"}
LIVE = KEYS | {
    "SITE_URL": "https://bode.example.org",
    "DATABASE_URL": "sqlite:////nowhere/bode.sqlite3",
    "TRANSPORT": "smtp",
    "SMTP_URL": "smtp://localhost:25",
}

WRONG = [
    (DEMO, {"SECRET_KEY": ""}, "SECRET_KEY is not set: "),
    (DEMO, {"ADDRESS_KEY": ""}, "ADDRESS_KEY is not set: "),
    (LIVE, {"SITE_URL": ""}, "SITE_URL is not set: "),
    (LIVE, {"DATABASE_URL": ""}, "DATABASE_URL is not set: "),
    (LIVE, {"TRANSPORT": ""}, "TRANSPORT is not set: "),
    (LIVE, {"SMTP_URL": ""}, "SMTP_URL is not set: "),
    (LIVE, {"SITE_URL": "http://bode.example.org"}, "SITE_URL must start with https"),
    (LIVE, {"SITE_URL": "bode.example.org"}, "SITE_URL must start with https"),
    (DEMO, {"SITE_URL": "ftp://bode.example.org"}, "SITE_URL must start with https"),
    (LIVE, {"SITE_URL": "https://"}, "SITE_URL names no host"),
    (LIVE, {"SITE_URL": "https://[x"}, "SITE_URL is no web address"),
    (LIVE, {"SITE_URL": "https://bode.example.org:x"}, "SITE_URL is no web address"),
    (LIVE, {"SITE_URL": "https://a:b@bode.example.org"}, "SITE_URL must be like "),
    (LIVE, {"SITE_URL": "https://bode.example.org/?a=b"}, "SITE_URL must be like "),
    (LIVE, {"SITE_URL": "https://bode.example.org/; *"}, "SITE_URL must be like "),
    (LIVE, {"SITE_URL": "https://bode example.org"}, "SITE_URL must be like "),
    (DEMO, {"DEBUG": "perhaps"}, "DEBUG must be 1 or 0"),
    (DEMO, {"TRUST_PROXY": "perhaps"}, "TRUST_PROXY must be 1 or 0"),
    (DEMO, {"TRANSPORT": "pigeon"}, "TRANSPORT 'pigeon' is unknown: choose one of "),
    (DEMO, {"DATABASE_URL": "nonsense"}, "DATABASE_URL must look like "),
    (DEMO, {"DATABASE_URL": "redis://localhost"}, "DATABASE_URL must look like "),
    (DEMO, {"DATABASE_URL": "mysql://root@localhost/bode"}, "DATABASE_URL must look "),
    (DEMO, {"DATABASE_URL": "postgres://localhost:x/bode"}, "DATABASE_URL must look "),
    (DEMO, {"DATABASE_URL": "postgres://localhost"}, "DATABASE_URL must look like "),
    (LIVE, {"SMTP_URL": "localhost:25"}, "SMTP_URL must look like "),
    (LIVE, {"SMTP_URL": "smtp://localhost:many"}, "SMTP_URL holds a port that is no"),
    (LIVE, {"SMTP_URL": "smtp://:25"}, "SMTP_URL must look like "),
    (DEMO, {"PACE": "fast"}, "PACE must be a number above zero"),
    (DEMO, {"PACE": "0"}, "PACE must be a number above zero"),
    (DEMO, {"PACE": "-4"}, "PACE must be a number above zero"),
    (DEMO, {"PACE": "nan"}, "PACE must be a number above zero"),
    (DEMO, {"PACE": "inf"}, "PACE must be a number above zero"),
    (DEMO, {"PORT": "http"}, "PORT must be a whole number"),
    (DEMO, {"PORT": "65536"}, "PORT must be a whole number"),
    (DEMO, {"BATCH": "0"}, "BATCH must be a whole number"),
    (DEMO, {"LEASE_SECONDS": "0"}, "LEASE_SECONDS must be a whole number"),
    (DEMO, {"LEASE_SECONDS": "1.5"}, "LEASE_SECONDS must be a whole number"),
    (DEMO, {"RETRY_SECONDS": "-1"}, "RETRY_SECONDS must be a whole number"),
    (DEMO, {"SMTP_CONNECTIONS": "0"}, "SMTP_CONNECTIONS must be a whole number"),
    (DEMO, {"UNDO_SECONDS": "a"}, "UNDO_SECONDS must be a whole number"),
    (DEMO, {"DEFAULT_FROM_EMAIL": "nobody"}, "DEFAULT_FROM_EMAIL must be an e-mail"),
    (DEMO, {"DNS_SERVER": "[x"}, "DNS_SERVER must look like 192.0.2.53"),
    (DEMO, {"DNS_SERVER": "dns.example.org:x"}, "DNS_SERVER must look like "),
    (DEMO, {"DNS_SERVER": "udp://192.0.2.53"}, "DNS_SERVER must look like "),
    (DEMO, {"LANGUAGE_CODE": "fr"}, "LANGUAGE_CODE must be nl or en"),
    (DEMO, {"TIME_ZONE": "Mars/North"}, "TIME_ZONE 'Mars/North' is unknown"),
    (DEMO, {"TIME_ZONE": "../etc/passwd"}, "TIME_ZONE '../etc/passwd' is unknown"),
]
# Reads the settings of each case in one process: a start per case would be slow.
READ = """
import json, os, runpy, sys
from django.core.exceptions import ImproperlyConfigured
for case in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(case)
    try:
        runpy.run_module("bode.settings")
        print("fine")
    except ImproperlyConfigured as error:
        print(json.dumps(str(error)))
"""


def run(*arguments, env, **options):
    own = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "ENV_FILE": os.devnull}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=own | env,
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


@pytest.fixture(scope="module")
def said():
    """What each wrong case is told, and the right ones."""
    cases = [right | wrong for right, wrong, _said in WRONG] + [DEMO, LIVE]
    script = READ.replace("case)", "case | {'ENV_FILE': '/dev/null'})")
    done = run("-c", script, env={}, input=json.dumps(cases))
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "number", range(len(WRONG)), ids=[f"{w}"[1:-1] for _r, w, _s in WRONG]
)
def test_a_wrong_setting_is_one_sentence(said, number):
    _right, _wrong, sentence = WRONG[number]
    assert said[number].strip('"').startswith(sentence)
    assert said[number].count("\\n") == 0


def test_right_settings_are_taken(said):
    assert said[-2:] == ["fine", "fine"]


def test_a_site_beyond_ascii_stands_in_mail_by_its_a_label():
    show = "from bode import settings as s; print(s.SITE_URL, s.ALLOWED_HOSTS)"
    done = run("-c", show, env=LIVE | {"SITE_URL": "https://Bücher.example:8443/"})
    assert done.stdout == (
        "https://xn--bcher-kva.example:8443 ['xn--bcher-kva.example']\n"
    )


def test_a_wrong_setting_ends_a_command_with_one_and_a_sentence():
    done = run("manage.py", "check", env=DEMO | {"PACE": "fast"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "PACE must be a number above zero, not 'fast'.\n"


def test_a_database_that_is_not_there_is_one_sentence(tmp_path):
    where = tmp_path / "missing" / "bode.sqlite3"
    done = run(
        "manage.py", "load_demo", env=DEMO | {"DATABASE_URL": f"sqlite:///{where}"}
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The database does not answer: ")
    assert len(done.stderr.splitlines()) == 1
    assert not where.parent.exists()


def test_a_database_that_was_never_migrated_names_the_mend(tmp_path):
    where = tmp_path / "bode.sqlite3"
    sqlite3.connect(where).close()
    done = run(
        "manage.py", "load_demo", env=DEMO | {"DATABASE_URL": f"sqlite:///{where}"}
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "run manage.py migrate first" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_environment_wins_over_the_file_and_empty_is_unset(tmp_path):
    file = tmp_path / ".env"
    file.write_text("PACE=4\nBATCH=7\nUNDO_SECONDS=\n")
    show = (
        "from bode import settings as s;"
        "print(s.PACE, s.BATCH, s.UNDO_SECONDS, s.LEASE_SECONDS)"
    )
    own = {"ENV_FILE": str(file), "PACE": "9", "BATCH": "", "LEASE_SECONDS": ""}
    done = run("-c", show, env=DEMO | own)
    assert done.stdout.split() == ["9.0", "7", "60", "600"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"# caf\xe9\nPACE=3\n", " is no UTF-8 text."),
        (b"PACE=3\nBATCH 5\n", "Line 2 of "),
        (b"=3\n", "Line 1 of "),
        (b"PACE='3 # 4'\nSECRET_KEY=abc  # mine\n", "Line 2 of .* a comment"),
    ],
)
def test_a_file_that_holds_no_settings_is_refused(tmp_path, content, said):
    file = tmp_path / ".env"
    file.write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=said):
        Environment(file)


def test_a_file_of_windows_is_read(tmp_path):
    file = tmp_path / ".env"
    file.write_bytes(b"\xef\xbb\xbfPORT_OF_THIS_TEST=3\r\n  # a word\r\n \r\nB_T=x\r\n")
    read = Environment(file)
    assert (read.text("PORT_OF_THIS_TEST"), read.text("B_T")) == ("3", "x")

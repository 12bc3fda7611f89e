"""A web process whose database is away, or not up to date, or another's."""

import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.test import RequestFactory

from bode.unavailable import server_error
from tests.processes import ROOT, SECONDS
from tests.smtp_server import free_port, wait_until

OTHER = "another-address-key-another-address-key-another-address-key"
LACKING = ProgrammingError('relation "auth_user" does not exist')


@pytest.fixture
def gunicorn(product):
    """Start the web process alone; it is ended after the test."""
    made = []

    def start(**settings):
        one = product()
        command = [sys.executable, "-m", "gunicorn", "--config", "python:bode.serving"]
        child = subprocess.Popen(
            [*command, "bode.wsgi"],
            cwd=ROOT,
            env=one.environment | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        made.append(child)
        return child

    yield start
    for child in made:
        child.terminate()
        child.communicate(timeout=SECONDS)


def ask(port, path="/admin/login/"):
    """Status, headers and text of a page; None while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()
    except OSError:
        return None


@pytest.mark.parametrize("database", ["without migrations", "away"])
def test_a_visitor_gets_a_page_and_is_asked_to_come_back(gunicorn, postgres, database):
    port = free_port()
    url = postgres.create() if database != "away" else postgres.url("nowhere")
    child = gunicorn(DATABASE_URL=url, PORT=str(port))
    wait_until(lambda: ask(port), seconds=SECONDS, what="the web server")
    status, headers, page = ask(port)
    assert child.poll() is None
    assert (status, headers["Retry-After"]) == (503, "60")
    assert headers["Cache-Control"] == "no-store"
    assert "/static/bode/public.css" in page
    assert "Traceback" not in page


def test_under_another_address_key_no_web_process_starts(gunicorn):
    child = gunicorn(ADDRESS_KEY=OTHER, PORT=str(free_port()))
    _out, said = child.communicate(timeout=SECONDS)
    assert child.returncode == 1
    assert said.startswith("ADDRESS_KEY is not the key of this database")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("server closed the connection"), 503),
        (InterfaceError("connection already closed"), 503),
        (LACKING, 503),
        (ProgrammingError("syntax error"), 500),
        (ValueError("a fault of ours"), 500),
    ],
)
def test_only_a_database_that_is_not_there_is_503(
    error, status, django_assert_num_queries
):
    with django_assert_num_queries(0):
        try:
            raise error
        except Exception:
            page = server_error(RequestFactory().get("/"))
    assert page.status_code == status
    assert page.content.decode().count("<h1>") == 1

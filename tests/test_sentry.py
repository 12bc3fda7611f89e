"""Sentry by its DSN alone: the real client, and a server of ours that it reports to."""

import gzip
import json
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module

import pytest
from django.core.exceptions import DisallowedHost, ImproperlyConfigured

from bode.sentry import cleaned, report_to_sentry
from tests.test_settings import DEMO, run

SECRET = "s3cret-n.wiersma@eikerveld.example"
# A page of ours that fails, asked for with everything that is nobody's business.
FAIL = f"""
import io
from bode.wsgi import application
import sentry_sdk, subscribers.views
def fail(*_args, **_more):
    local = "s3cret-local"
    raise ValueError({SECRET!r})
subscribers.views.tokens.read_leave_token = fail
body = b"name={SECRET}"
asked = dict(
    REQUEST_METHOD="POST", PATH_INFO="/u/{SECRET}", QUERY_STRING="q={SECRET}",
    SERVER_NAME="127.0.0.1", SERVER_PORT="80", HTTP_COOKIE="sessionid={SECRET}",
    HTTP_AUTHORIZATION="{SECRET}", CONTENT_LENGTH=str(len(body)),
    CONTENT_TYPE="application/x-www-form-urlencoded",
)
asked |= {{"wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http"}}
application(asked, lambda status, _headers: print(status))
sentry_sdk.flush(timeout=10)
"""


@contextmanager
def sentry_server():
    """Its address as a DSN, and the envelopes that it was given."""
    given = []

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            given.append(body.decode())
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Desk)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://key@127.0.0.1:{server.server_port}/1", given
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_a_page_that_fails_is_reported_without_what_is_nobodys_business():
    settings = {
        "DJANGO_SETTINGS_MODULE": "bode.settings",
        "DATABASE_URL": "sqlite:////nowhere/bode.sqlite3",
    }
    with sentry_server() as (dsn, given):
        done = run("-c", FAIL, env=DEMO | settings | {"SENTRY_DSN": dsn})
    assert done.stdout == "500 Internal Server Error\n", done.stderr
    (envelope,) = given
    event = json.loads(envelope.splitlines()[2])
    assert event["exception"]["values"][-1]["type"] == "ValueError"
    assert event["request"]["method"] == "POST"
    assert event["request"]["url"].endswith("/u/…")
    for secret in ("s3cret", "wiersma", "eikerveld", "x" * 50, "y" * 50):
        assert secret not in envelope


def test_a_dsn_without_the_client_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ImproperlyConfigured, match="sentry-sdk is not installed"):
        report_to_sentry("https://key@sentry.example/1")


def test_a_dsn_that_is_none_stops_the_start_and_shows_no_key():
    wrong = DEMO | {"SENTRY_DSN": "https://s3cret/nowhere"}
    done = run("manage.py", "check", env=wrong)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "SENTRY_DSN must look like https://key@host/number.\n"


def test_without_a_dsn_the_client_is_not_even_loaded():
    show = "import sys; from bode import settings; print('sentry_sdk' in sys.modules)"
    assert run("-c", show, env=DEMO).stdout == "False\n"
    assert import_module("sentry_sdk").VERSION  # though it is there


def test_of_an_event_only_what_helps_is_kept():
    event = {
        "user": {"email": "anne@example.org"},
        "request": {"method": "GET", "cookies": {"a": "b"}, "env": {"x": "y"}},
        "logentry": {"params": ["anne@example.org"], "message": "to %s"},
        "tags": {"number": 3},
    }
    assert cleaned(event, {}) == {
        "request": {"method": "GET"},
        "logentry": {"params": ["…@…"], "message": "to %s"},
        "tags": {"number": 3},
    }


def test_a_request_that_was_refused_is_not_reported():
    assert cleaned({}, {"exc_info": (DisallowedHost, DisallowedHost(), None)}) is None
    assert cleaned({}, {"exc_info": (ValueError, ValueError(), None)}) is not None

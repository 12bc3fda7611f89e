"""What watches a web server that runs, as a process on PostgreSQL."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import ROOT, SECONDS
from tests.running import free_port

SEEN = """
from mailings import pulse
print(pulse.is_alive(), pulse.last_seen() is not None)
"""


class Web:
    """gunicorn as it is served, with its log in a file."""

    def __init__(self, product, **settings):
        self.port, self.log = free_port(), product.folder / "log"
        self.database = product.environment["DATABASE_URL"]
        command = [sys.executable, "-m", "gunicorn", "--config", "python:bode.serving"]
        own = {"PORT": str(self.port), "PYTHONPATH": str(ROOT)} | settings
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "bode.wsgi"],
                cwd=product.folder,
                env=product.environment | own,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def ask(self, path, **headers):
        """Status and text of a page."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(link):
            link.request("GET", path, headers=headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode()

    def until(self, path, status):
        """Ask until that is the answer; the seconds that the last one took."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            began = time.monotonic()
            with contextlib.suppress(OSError):
                if self.ask(path)[0] == status:
                    return time.monotonic() - began
            time.sleep(0.1)
        raise AssertionError(f"{path} never was {status}: {self.log.read_text()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(SECONDS)


@pytest.fixture
def web(product, postgres):
    made = []

    def serve(**settings):
        where = postgres.migrated()
        made.append(Web(product(DATABASE_URL=where, **settings), **settings))
        made[-1].until("/healthz", 200)
        return made[-1]

    yield serve
    for one in made:
        one.stop()


def test_a_database_that_goes_is_503_at_once_and_one_that_comes_back_is_200(
    web, postgres
):
    served = web()
    with postgres.away(served.database):
        assert served.until("/healthz", 503) < 2
        assert json.loads(served.ask("/healthz")[1])["database"] is False
    served.until("/healthz", 200)


def test_the_log_of_a_process_is_json_and_tells_no_secret(web):
    served = web(LOG_FORMAT="json", METRICS_TOKEN="s3cret-token")
    assert served.ask("/u/s3cret-token")[0] == 404
    assert served.ask("/nothing/n.wiersma@eikerveld.example")[0] == 404
    assert served.ask("/metrics", Authorization="Bearer s3cret-token")[0] == 200
    assert served.ask("/metrics", Authorization="Bearer s3cret-tokem")[0] == 401
    served.stop()
    lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    assert {line["path"] for line in lines} == {"/u/…", "/nothing/…@…", "/metrics"}
    assert len({line["request"] for line in lines}) == 3
    for secret in ("s3cret", "wiersma", "eikerveld"):
        assert secret not in served.log.read_text()


def test_gunicorns_own_lines_are_json_too(web):
    served = web(LOG_FORMAT="json")
    pid = served.process.pid
    worker = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    os.kill(int(worker), signal.SIGKILL)
    end = time.monotonic() + SECONDS
    while not served.log.read_text().strip() and time.monotonic() < end:
        time.sleep(0.1)
    line = json.loads(served.log.read_text().splitlines()[0])
    assert line["logger"] == "gunicorn.error"
    assert worker in line["message"]
    served.until("/healthz", 200)


def test_a_sender_that_runs_as_a_process_is_seen(product):
    made = product()
    made.ok("run_sender", "--until-idle")
    seen = made.ok("shell", "-v", "0", "-c", SEEN)
    assert seen.split() == ["True", "True"]

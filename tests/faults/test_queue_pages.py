"""The pages work while Redis is away or full: what is asked for there is stored."""

import time

import pytest

from tests.faults.crews import judge_crew
from tests.processes import SECONDS
from tests.queue.crew import children
from tests.smtp_server import free_port, wait_until
from tests.visitor import Visitor

PATIENCE = 5.0  # seconds that an answer may take
AWAY = 5.0  # seconds: the longest that a worker waits between two tries
MARIT = {
    "DJANGO_SUPERUSER_USERNAME": "marit",
    "DJANGO_SUPERUSER_EMAIL": "marit@lageland.example",
    "DJANGO_SUPERUSER_PASSWORD": "a-long-password",
}
PAGES = (
    "/admin/",
    "/admin/mailings/bulletin/",
    "/admin/mailings/bulletin/1/change/",
    "/admin/subscribers/subscriber/",
    "/admin/mailings/bulletin/1/schedule/",
)


@pytest.fixture
def running(crew, drafted_url):
    """A crew with a draft whose pages are served, and their address."""
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    ours = crew(like=drafted_url, SITE_URL=site, UNDO_SECONDS="0")
    ours.product.ok("createsuperuser", "--noinput", **MARIT)
    ours.product.start("runserver", "--noreload", f"127.0.0.1:{port}")
    wait_until(lambda: _answers(site), seconds=SECONDS, what="the web server")
    return ours, Timed(site)


def _answers(site: str) -> bool:
    try:
        return bool(Visitor(site).open("/admin/login/"))
    except OSError:
        return False


class Timed(Visitor):
    """A visitor who remembers how long the slowest answer took."""

    slowest = 0.0

    def open(self, path):
        return self._timed(super().open, path)

    def submit(self, form, **answers):
        return self._timed(super().submit, form, **answers)

    def _timed(self, act, *arguments, **options):
        begun = time.monotonic()
        page = act(*arguments, **options)
        self.slowest = max(self.slowest, time.monotonic() - begun)
        return page


def asks_and_waits_for_nobody(editor: Timed) -> None:
    """Every page, Send and a letter answer soon, and none with an error."""
    editor.slowest = 0.0
    for page in PAGES:
        editor.open(page)
    editor.submit(".schedule-form", when="now")
    assert editor.address.endswith("/progress/"), editor.page.get_text(" ", strip=True)
    stranger = Timed(editor.site)
    stranger.open("/admin/password/")
    stranger.submit("form.login-form", email=MARIT["DJANGO_SUPERUSER_EMAIL"])
    assert max(editor.slowest, stranger.slowest) < PATIENCE


def is_made_up_for(ours, script) -> None:
    ours.until_sent("1")
    letter = MARIT["DJANGO_SUPERUSER_EMAIL"]
    wait_until(lambda: letter in script.taken, seconds=SECONDS, what="the letter")
    script.taken.remove(letter)
    judge_crew(ours, script)
    assert "marit" not in ours.log()


def test_f11_with_redis_away_pages_and_send_answer_and_what_they_stored_is_sent(
    running, valkey, script
):
    ours, editor = running
    worker, beat = ours.worker(), ours.beat()
    wait_until(lambda: children(worker), seconds=SECONDS, what="the worker's start")
    valkey.kill()
    editor.log_in("marit", MARIT["DJANGO_SUPERUSER_PASSWORD"])
    asks_and_waits_for_nobody(editor)
    time.sleep(AWAY)
    assert ours.status("1") == "scheduled"
    valkey.start()
    is_made_up_for(ours, script)
    assert worker.poll() is None
    assert beat.poll() is None


def test_f12_with_redis_full_pages_and_send_answer_and_what_they_stored_is_sent(
    running, valkey, script
):
    ours, editor = running
    valkey.fill()
    editor.log_in("marit", MARIT["DJANGO_SUPERUSER_PASSWORD"])
    asks_and_waits_for_nobody(editor)
    ours.worker()
    ours.beat()
    wait_until(lambda: "does not take a tick" in ours.log(), seconds=SECONDS)
    assert ours.status("1") == "scheduled"
    valkey.empty_out()
    is_made_up_for(ours, script)

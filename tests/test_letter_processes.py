"""Letters as production sends them: a web process that sends nothing, and a sender."""

import re
import time

import pytest

from tests.processes import Product
from tests.queue.crew import Crew
from tests.smtp_server import free_port, nobodys_port, sink, wait_until
from tests.visitor import Visitor

MARIT = {
    "DJANGO_SUPERUSER_USERNAME": "marit",
    "DJANGO_SUPERUSER_EMAIL": "marit@lageland.example",
    "DJANGO_SUPERUSER_PASSWORD": "a-password-for-tests",
}


@pytest.fixture
def running(product):
    """A product whose web process runs, and its address."""

    def start(**settings: str) -> tuple[Product, str]:
        port = free_port()
        site = f"http://127.0.0.1:{port}"
        made: Product = product(SITE_URL=site, **settings)
        made.ok("createsuperuser", "--noinput", **MARIT)
        made.start("runserver", "--noreload", f"127.0.0.1:{port}")
        wait_until(lambda: _answers(site), seconds=40, what="the web server")
        return made, site

    return start


def _answers(site: str) -> bool:
    try:
        return bool(Visitor(site).open("/admin/login/"))
    except OSError:
        return False


def ask_for_a_letter(site: str, email: str) -> float:
    """Ask as a browser does, and return how many seconds the answer took."""
    visitor = Visitor(site)
    visitor.open("/admin/password/")
    begun = time.monotonic()
    visitor.submit("form.login-form", email=email)
    return time.monotonic() - begun


def test_a_letter_survives_a_broker_and_a_relay_that_are_away(running):
    relay = nobodys_port()
    made, site = running(
        TRANSPORT="smtp",
        SMTP_URL=f"smtp://127.0.0.1:{relay}",
        REDIS_URL=f"redis://127.0.0.1:{nobodys_port()}/0",
        RETRY_SECONDS="1",
    )

    assert ask_for_a_letter(site, "marit@lageland.example") < 3
    made.ok("run_sender", "--until-idle")
    assert made.query("SELECT status, attempts FROM senders_letter") == [("waiting", 1)]

    with sink(port=relay) as (server, _port):
        time.sleep(1)
        made.ok("run_sender", "--until-idle")
    (letter,) = server.parsed()
    link = re.search(rf"{site}/admin/password/\S+", letter.get_content())[0]
    visitor = Visitor(site)
    visitor.open(link)
    visitor.submit(
        "form.login-form", new_password1="a-new-one-1", new_password2="a-new-one-1"
    )
    visitor.log_in("marit", "a-new-one-1")


def test_a_worker_is_woken_for_a_letter(running, valkey):
    with sink() as (mails, port):
        smtp = f"smtp://127.0.0.1:{port}"
        made, site = running(TRANSPORT="smtp", SMTP_URL=smtp, REDIS_URL=valkey.url)
        crew = Crew(made)
        crew.worker("-Q", "letters")
        ask_for_a_letter(site, "marit@lageland.example")
        wait_until(lambda: len(mails.mails) == 1, seconds=40, what="the letter")

    assert "marit" not in crew.log()
    assert made.query("SELECT DISTINCT status, text FROM senders_letter") == [
        ("sent", "")
    ]

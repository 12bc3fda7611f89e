"""A sender that is killed while a provider has its mails: nobody gets two."""

import os
import signal
import threading
from collections import Counter

import pytest

from tests.a_bulletin import add_draft, add_people, ledger, numbered
from tests.processes import SECONDS
from tests.providers.rows import KEY, takes_all
from tests.providers.server import HANG
from tests.smtp_server import wait_until

PEOPLE = 24
AT_ONCE = 4


class Stalling:
    """Takes what comes; once it has answered for `after` readers it falls silent."""

    def __init__(self, server, provider, *, after):
        self.taken = []
        self.seen = []
        self.after = after
        self.reached = threading.Event()
        self.over = threading.Event()
        self.provider = provider
        server.respond = self

    def __call__(self, request):
        readers = self.readers_of(request)
        self.seen += readers
        if len(self.taken) >= self.after and not self.over.is_set():
            self.reached.set()
            return HANG
        self.taken += readers
        return takes_all(self.provider)(request)

    def readers_of(self, request):
        one_call_many = self.provider == "mailgun"
        to = request.form["to"] if one_call_many else [request.json["To"]]
        return [one.rpartition("<")[2].rstrip(">") for one in to]


@pytest.fixture
def make_product(product, account):
    def make(provider):
        server = account(provider)
        name = provider.upper()
        key = "MAILGUN_API_KEY" if provider == "mailgun" else "POSTMARK_SERVER_TOKEN"
        made = product(
            TRANSPORT=provider,
            LEASE_SECONDS="1",
            BATCH=str(AT_ONCE),
            SMTP_CONNECTIONS=str(AT_ONCE),
            **{f"{name}_API_URL": f"{server.url}/api/", key: KEY},
        )
        add_people(made, numbered(PEOPLE))
        made.ok("send_bulletin", add_draft(made), "--yes")
        return made, server

    return make


@pytest.mark.parametrize("provider", ["mailgun", "postmark"])
def test_after_a_kill_no_more_than_one_group_is_in_doubt(make_product, provider):
    made, server = make_product(provider)
    script = Stalling(server, provider, after=9)
    # A lease that outlasts the test's own slowness, and is over at the next start.
    sender = made.start("run_sender", LEASE_SECONDS="4")
    assert script.reached.wait(SECONDS)
    os.kill(sender.pid, signal.SIGKILL)
    sender.wait(SECONDS)
    script.over.set()
    totals = ledger(made, "1")["totals"]
    assert 1 <= totals["submitting"] + totals["in_doubt"] <= AT_ONCE
    again = made.start("run_sender")
    wait_until(
        lambda: made.query("SELECT status FROM mailings_bulletin")[0][0] == "sent",
        seconds=SECONDS,
        what="the end",
    )
    again.terminate()
    assert again.communicate(timeout=SECONDS) == ("", "")
    told = ledger(made, "1")
    assert max(Counter(script.seen).values()) == 1
    doubtful = {row["email"] for row in told["deliveries"] if row["status"] != "sent"}
    assert set(numbered(PEOPLE)) - set(script.taken) <= doubtful
    assert len(doubtful) <= AT_ONCE
    assert {row["status"] for row in told["deliveries"]} == {"sent", "in_doubt"}

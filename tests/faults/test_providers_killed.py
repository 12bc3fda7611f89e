"""A sender that is killed while a provider has its mails: F4 to F6 over HTTP."""

import threading

import pytest

from tests.a_bulletin import ledger
from tests.faults.calling import account
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, CONNECTIONS, kill, until_all_is_settled
from tests.processes import SECONDS
from tests.providers.server import HANG

BATCH = 5
MOST = {"mailgun": BATCH, "postmark": CONNECTIONS}  # in its hands at once


class Silent:
    """Falls silent at a call, and at all that come until it is over."""

    def __init__(self, there, *, after):
        self.there, self.after = there, after
        self.reached = threading.Event()
        self.over = threading.Event()
        self.unheard: list[str] = []  # those who called in vain
        there.instead = self

    def __call__(self, _request, readers):
        if len(self.there.calls) <= self.after or self.over.is_set():
            return None
        self.unheard += readers
        self.reached.set()
        return HANG


@pytest.mark.parametrize("provider", ["mailgun", "postmark"])
def test_f05_after_a_kill_while_a_provider_has_them_one_group_is_in_doubt(
    product, due, chance, provider
):
    with account(provider) as there:
        silent = Silent(there, after=chance.randrange(4))
        made = product(like=due, **there.settings(BATCH=str(BATCH)))
        # Long enough for an answer, and over soon after the next start.
        sender = made.start("run_sender", LEASE_SECONDS="8")
        assert silent.reached.wait(SECONDS)
        kill(sender)
        silent.over.set()
        before = ledger(made, "1")["totals"]
        assert 1 <= before["submitting"] + before["in_doubt"] <= MOST[provider]
        until_all_is_settled(made)
        told = ledger(made, "1")
    # Whether the provider kept what it had in hand, or lost it.
    lost = [one for one in there.taken if one not in silent.unheard]
    for taken in (there.taken, lost):
        judge(audience=AUDIENCE, ledger=told, taken=taken, doubts=MOST[provider])
    assert told["totals"]["in_doubt"] >= 1

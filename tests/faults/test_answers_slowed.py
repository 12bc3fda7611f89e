"""A domain whose server says "not now" to everyone: it slows its own mails alone."""

import pytest

from mailings.slowing import TOO_BUSY
from tests.a_bulletin import add_draft, add_people, ledger
from tests.faults.answering import IN_DAYS, Watched, rows, until_idle
from tests.faults.judge import judge
from tests.faults.stalling import CONNECTIONS, until_all_is_settled
from tests.smtp_server import scripted

BUSY = "451 4.7.1 greylisted, try again later"
SLOW = [f"p{number:02}@traag.example" for number in range(30)]
QUICK = [f"p{number:02}@vlot.example" for number in range(12)]
AUDIENCE = SLOW + QUICK  # and so the engine takes the slow ones first
# It is known after a group; the next one is on its way by then at most.
TRIED = range(TOO_BUSY, TOO_BUSY + 2 * CONNECTIONS)


@pytest.fixture(scope="module")
def both(installations, tmp_path_factory):
    """With a bulletin to both domains that is due."""
    made = installations.make(tmp_path_factory.mktemp("both"))
    add_people(made, AUDIENCE)
    made.ok("send_bulletin", add_draft(made), "--yes")
    return made


def rests(made):
    return made.query("SELECT domain, times, reason FROM mailings_slowdown")


def test_f20_a_busy_domain_rests_while_all_others_are_sent(make_product, both):
    script = Watched(odd={"RCPT": dict.fromkeys(SLOW, BUSY)})
    with scripted(script) as port:
        lasting = {"LEASE_SECONDS": "60", "RETRY_SECONDS": IN_DAYS}
        made = make_product(port, like=both, **lasting)
        assert until_idle(made) == until_idle(made) == ""
        told = ledger(made, "1")
        assert rests(made) == [("traag.example", 1, BUSY)]
    judge(audience=AUDIENCE, ledger=told, taken=script.taken, is_over=False)
    assert sorted(script.taken) == QUICK
    assert (told["status"], told["totals"]["deferred"]) == ("sending", len(SLOW))
    tried = [one for one in script.counts("RCPT") if one in SLOW]
    assert len(tried) in TRIED
    for one in SLOW:
        row = rows(told)[one]
        assert BUSY in row["reason"]
        assert row["attempts"] == (one in tried)


def test_f20_a_busy_domain_has_its_mails_once_it_takes_them(make_product, both):
    script = Watched()

    def busy(_connection):
        others = len([one for one in script.taken if one in QUICK])
        return BUSY if others < len(QUICK) else "250 2.1.5 ok"

    script.odd = {"RCPT": dict.fromkeys(SLOW, busy)}
    with scripted(script) as port:
        brief = {"LEASE_SECONDS": "60", "RETRY_SECONDS": "2"}
        made = make_product(port, like=both, **brief)
        until_all_is_settled(made)
        told = ledger(made, "1")
        assert rests(made) == []
    judge(audience=AUDIENCE, ledger=told, taken=script.taken)
    again = {one for one, count in script.counts("RCPT").items() if count > 1}
    assert len(again) in TRIED
    assert again <= set(SLOW)

"""A provider that takes a part of what it gets, or nothing at all: F18 and F19."""

import math

import pytest

from tests.a_bulletin import ledger
from tests.faults.answering import rows, until_idle
from tests.faults.calling import account
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, PEOPLE
from tests.providers.saying import WORDS

SIZE = 5
TITLES = {"mailgun": "Mailgun", "postmark": "Postmark", "resend": "Resend"}
REFUSALS = {
    "mailgun": "Mailgun: 400 to parameter is not a valid address.",
    "postmark": "Postmark: 406, You tried to send to a recipient that",
}
CALLS = math.ceil(PEOPLE / SIZE)


def test_f18_of_a_batch_that_is_taken_in_part_only_the_rejected_fail(
    product, due, chance
):
    bad = chance.choice(AUDIENCE)
    with account("mailjet") as there:
        answer = WORDS["mailjet"].address("mailjet", bad)

        def in_part(request, readers):
            if bad not in readers:
                return None
            there.taken += [one for one in readers if one != bad]
            return answer(request)

        there.instead = in_part
        made = product(like=due, **there.settings(BATCH=str(SIZE)))
        assert until_idle(made) == until_idle(made) == ""
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=there.taken)
    assert told["totals"]["failed"] == 1
    assert rows(told)[bad]["reason"].startswith("Mailjet: ")
    assert "is an invalid email address" in rows(told)[bad]["reason"]
    assert len(there.calls) == CALLS  # nobody is asked about twice


@pytest.mark.parametrize("provider", ["mailgun", "postmark"])
def test_f18_where_one_address_refuses_a_whole_call_it_fails_alone(
    product, due, chance, provider
):
    bad = chance.choice(AUDIENCE)
    with account(provider) as there:
        answer = WORDS[provider].address(provider, bad)
        there.instead = lambda request, readers: (
            answer(request) if bad in readers else None
        )
        made = product(like=due, **there.settings(BATCH=str(SIZE)))
        assert until_idle(made) == until_idle(made) == ""
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=there.taken)
    assert told["totals"]["failed"] == 1
    failed = rows(told)[bad]
    assert failed["status"] == "failed"
    assert failed["reason"].startswith(REFUSALS[provider])
    asked = sum(bad in readers for _moment, readers in there.calls)
    assert asked <= math.ceil(math.log2(SIZE)) + 1


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        ("mailgun", WORDS["mailgun"].key),
        ("postmark", WORDS["postmark"].domain),
        ("resend", WORDS["resend"].domain),
    ],
)
def test_f19_a_wrong_key_or_domain_pauses_after_one_call_and_costs_nobody_a_mail(
    product, due, provider, answer
):
    with account(provider) as there:
        there.instead = lambda _request, _readers: answer
        made = product(like=due, **there.settings())
        said = until_idle(made)
        before = ledger(made, "1")
        assert len(there.calls) == 1
        there.instead = lambda _request, _readers: None
        made.ok("resume_bulletin", "1")
        assert until_idle(made) == ""
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=before, taken=[], is_over=False)
    assert (before["status"], before["totals"]["queued"]) == ("paused", PEOPLE)
    assert before["reason"].startswith(f"{TITLES[provider]}: {answer.status} ")
    assert said == f"Bulletin 1 is paused: {before['reason']}\n"
    judge(audience=AUDIENCE, ledger=told, taken=there.taken)
    assert told["totals"]["sent"] == PEOPLE

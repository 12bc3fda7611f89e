"""A provider that says "not now", fails, or does not answer: F15 to F17."""

import math
from datetime import datetime

import pytest

from tests.a_bulletin import ledger
from tests.faults.answering import IN_DAYS, rows, until_idle
from tests.faults.calling import account
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, CONNECTIONS, PEOPLE, until_all_is_settled
from tests.providers.server import HANG, Answer

WAIT = 3  # seconds


class OnCalls:
    """Answers some calls oddly, counted from 0, and notes whose they were and when."""

    def __init__(self, there, answers):
        self.there, self.answers = there, answers
        self.struck: list[tuple[float, list[str]]] = []
        there.instead = self

    def __call__(self, _request, _readers):
        answer = self.answers.get(len(self.there.calls) - 1)
        if answer:
            self.struck.append(self.there.calls[-1])
        return answer

    @property
    def readers(self):
        return [one for _moment, readers in self.struck for one in readers]


@pytest.mark.parametrize("provider", ["mailgun", "resend"])
def test_f15_too_many_requests_slow_the_bulletin_for_as_long_as_it_is_asked(
    product, due, chance, provider
):
    slow = Answer(429, {"message": "Slow down"}, {"Retry-After": str(WAIT)})
    with account(provider) as there:
        odd = OnCalls(there, {chance.randrange(1, 4): slow})
        made = product(like=due, **there.settings())
        until_all_is_settled(made)
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=there.taken)
    (moment, readers), *_none = odd.struck
    early = [at for at, _readers in there.calls if moment < at < moment + WAIT]
    # Those of its own group were on their way.
    assert len(early) <= (0 if provider == "mailgun" else CONNECTIONS - 1)
    for one in readers:
        assert rows(told)[one]["attempts"] >= 2


@pytest.mark.parametrize(
    ("provider", "statuses"), [("mailgun", (500, 503)), ("postmark", (502,))]
)
def test_f16_a_server_error_before_it_takes_them_costs_a_back_off_and_no_copy(
    product, due, chance, provider, statuses
):
    first = chance.randrange(1, 3)
    with account(provider) as there:
        answers = {first + 2 * place: Answer(one) for place, one in enumerate(statuses)}
        odd = OnCalls(there, answers)
        made = product(like=due, **there.settings())
        until_all_is_settled(made)
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=there.taken)
    for moment, readers in odd.struck:
        for one in readers:
            assert rows(told)[one]["attempts"] >= 2
            later = [at for at, who in there.calls if one in who and at > moment]
            assert later[0] - moment > 1  # RETRY_SECONDS


def test_f16_as_long_as_it_fails_each_is_deferred_and_says_why(product, due):
    with account("mailgun") as there:
        there.instead = lambda _request, _readers: Answer(503, {"message": "Down"})
        lasting = there.settings(BATCH=str(PEOPLE // 2), RETRY_SECONDS=IN_DAYS)
        made = product(like=due, **lasting)
        assert until_idle(made) == ""
        told = ledger(made, "1")
        due_at = made.query("SELECT max(due_at), min(due_at) FROM mailings_delivery")
    judge(audience=AUDIENCE, ledger=told, taken=[], is_over=False)
    assert (told["status"], told["totals"]["deferred"]) == ("sending", PEOPLE)
    assert {row["reason"] for row in told["deliveries"]} == {"Mailgun: 503 Down"}
    assert {row["attempts"] for row in told["deliveries"]} == {1}
    # With jitter, of a quarter: they do not all come back at the same moment.
    last, first = (datetime.fromisoformat(str(one)) for one in due_at[0])
    assert (last - first).total_seconds() > int(IN_DAYS) / 20


# A quarter of the lease, in seconds, is waited for an answer.
SHORT = "16"


def test_f17_a_call_that_arrived_and_has_no_answer_is_in_doubt_and_not_repeated(
    product, due, chance
):
    size = 5
    with account("mailgun") as there:
        last = math.ceil(PEOPLE / size) - 1
        odd = OnCalls(there, {chance.randrange(last): HANG})
        made = product(like=due, **there.settings(LEASE_SECONDS=SHORT, BATCH=str(size)))
        assert until_idle(made) == until_idle(made) == ""
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=there.taken, doubts=size)
    doubtful = [one for one, row in rows(told).items() if row["status"] == "in_doubt"]
    assert sorted(doubtful) == sorted(odd.readers)
    for one in doubtful:
        assert rows(told)[one]["reason"].startswith("no answer from Mailgun: ")


def test_f17_with_an_idempotency_key_the_same_call_is_repeated_and_makes_no_copy(
    product, due, chance
):
    with account("resend") as there:
        odd = OnCalls(there, {chance.randrange(PEOPLE - 1): HANG})
        made = product(like=due, **there.settings(LEASE_SECONDS=SHORT))
        assert until_idle(made) == ""
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=there.taken)
    assert told["totals"]["sent"] == PEOPLE
    calls = [readers for _moment, readers in there.calls]
    assert calls.count(odd.readers) == 2

"""The judge is judged: whatever breaks the promise, it finds."""

import copy
from collections import Counter

import pytest

from tests.faults.judge import judge

AUDIENCE = ["a@lezer.example", "b@lezer.example", "c@lezer.example", "d@lezer.example"]


def ledger(*rows: tuple[str, str]) -> dict:
    counted = Counter(status for _email, status in rows)
    return {
        "audience": len(rows),
        "totals": dict(counted) | {"claimed": 0},
        "deliveries": [
            {
                "email": email,
                "status": status,
                "reason": "" if status == "sent" else "x",
            }
            for email, status in rows
        ],
    }


TRUE = ledger(*zip(AUDIENCE, ["sent", "sent", "in_doubt", "failed"], strict=True))
TAKEN = ["a@lezer.example", "b@lezer.example"]


def test_an_honest_ledger_passes():
    judge(audience=AUDIENCE, ledger=TRUE, taken=TAKEN, doubts=1)
    judge(audience=AUDIENCE, ledger=TRUE, taken=[*TAKEN, "c@lezer.example"], doubts=1)
    judge(
        audience=[one.upper() for one in AUDIENCE], ledger=TRUE, taken=TAKEN, doubts=1
    )


@pytest.mark.parametrize(
    ("taken", "doubts", "said"),
    [
        ([*TAKEN, "a@lezer.example"], 1, "more than once: a@"),
        ([*TAKEN, "A@Lezer.example"], 1, "more than once: a@"),
        (["a@lezer.example"], 1, "never taken: b@"),
        ([*TAKEN, "d@lezer.example"], 1, "not sent: d@"),
        ([*TAKEN, "e@lezer.example"], 1, "not written down: e@"),
        (TAKEN, 0, "1 in doubt, 0 may be"),
    ],
)
def test_a_duplicate_a_loss_and_a_lie_are_found(taken, doubts, said):
    with pytest.raises(AssertionError, match=said):
        judge(audience=AUDIENCE, ledger=TRUE, taken=taken, doubts=doubts)


def lost(told):
    told["deliveries"].pop()


def doubled(told):
    told["deliveries"].append(told["deliveries"][0])


def strange(told):
    told["deliveries"].append(
        {"email": "e@lezer.example", "status": "failed", "reason": "x"}
    )


def wrong_sum(told):
    told["totals"]["sent"] += 1


def wrong_audience(told):
    told["audience"] += 1


def open_still(told):
    told["deliveries"][3]["status"] = "queued"
    told["totals"] |= {"failed": 0, "queued": 1}


def silent(told):
    told["deliveries"][3]["reason"] = ""


@pytest.mark.parametrize(
    "spoil",
    [lost, doubled, strange, wrong_sum, wrong_audience, open_still, silent],
)
def test_a_ledger_that_does_not_add_up_is_found(spoil):
    told = copy.deepcopy(TRUE)
    spoil(told)
    with pytest.raises(AssertionError):
        judge(audience=AUDIENCE, ledger=told, taken=TAKEN, doubts=1)


def test_what_is_open_may_be_where_it_is_not_over():
    told = copy.deepcopy(TRUE)
    open_still(told)
    judge(audience=AUDIENCE, ledger=told, taken=TAKEN, doubts=1, is_over=False)

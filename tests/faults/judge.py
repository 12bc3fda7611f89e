"""Who got what: the promise of the ledger, held against what a server accepted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

OPEN = ("queued", "claimed", "submitting", "deferred")


def judge(
    *,
    audience: Iterable[str],
    ledger: dict[str, Any],
    taken: Sequence[str],
    doubts: int = 0,
    is_over: bool = True,
) -> None:
    """Raise AssertionError, with the addresses, where the ledger breaks its promise.

    `audience` are the addresses that the bulletin was for, `ledger` is what
    `deliveries --json` says, `taken` are the recipients that the server accepted, each
    as often as it did, and `doubts` how many may be in doubt. `is_over`: nothing may
    be open any more.
    """
    status = {row["email"].lower(): row["status"] for row in ledger["deliveries"]}
    _each_has_a_row({one.lower() for one in audience}, ledger, status)
    copies = Counter(address.lower() for address in taken)
    twice = {address for address, count in copies.items() if count > 1}
    assert not twice, f"accepted more than once: {_some(twice)}"
    _sent_is_what_was_taken(set(copies), status)
    doubtful = _having(status, "in_doubt")
    assert len(doubtful) <= doubts, f"{len(doubtful)} in doubt, {doubts} may be"
    for row in ledger["deliveries"]:
        silent = row["status"] in ("failed", "deferred", "skipped", "in_doubt")
        assert row["reason"] or not silent, f"without a reason: {row['email']}"
    if is_over:
        assert not _having(status, *OPEN), f"open: {_some(_having(status, *OPEN))}"


def _each_has_a_row(
    wanted: set[str], ledger: dict[str, Any], status: dict[str, str]
) -> None:
    rows, totals = ledger["deliveries"], ledger["totals"]
    assert len(rows) == len(status), "somebody has two rows"
    assert not wanted - set(status), f"missed: {_some(wanted - set(status))}"
    assert not set(status) - wanted, f"not meant: {_some(set(status) - wanted)}"
    assert sum(totals.values()) == ledger["audience"] == len(wanted)
    counted = Counter(row["status"] for row in rows)
    assert {name: count for name, count in totals.items() if count} == counted


def _sent_is_what_was_taken(taken: set[str], status: dict[str, str]) -> None:
    sent, doubtful = _having(status, "sent"), _having(status, "in_doubt")
    assert not sent - taken, f"sent, it says, but never taken: {_some(sent - taken)}"
    refused = _having(status, "failed", "skipped")
    assert not refused & taken, f"taken, but not sent: {_some(refused & taken)}"
    # What a worker holds when it is looked at may have been taken this instant.
    held = _having(status, "submitting")
    lost = taken - sent - doubtful - held
    assert not lost, f"taken, but not written down: {_some(lost)}"


def _having(status: dict[str, str], *names: str) -> set[str]:
    return {address for address, name in status.items() if name in names}


def _some(addresses: Iterable[str]) -> str:
    found = sorted(addresses)
    return ", ".join(found[:5]) + (f" and {len(found) - 5} more" if found[5:] else "")

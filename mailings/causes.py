"""Why mails did not leave: the commonest reasons among the last ones."""

import re
from collections import Counter
from dataclasses import dataclass

from mailings.models import Bulletin, Delivery

# Beyond so many nobody counts: a page shows what is commonest, and not a sum.
LOOKED_AT = 1_000
SHOWN = 3
# A reply code, and an enhanced one where there is one (RFC 3463), are what tells.
_CODES = re.compile(r"(?:\d{3}(?:[ -][245]\.\d{1,3}\.\d{1,3})?)?")
# Servers name the address, the time and their own number of a message.
_VARYING = re.compile(r"\S*[\d@]\S*")


@dataclass(frozen=True)
class Cause:
    """One reason, in the words of the last mail that had it, and how many had it."""

    reason: str  # as the ledger keeps it
    count: int


def causes(bulletin: Bulletin, status: Delivery.Status) -> list[Cause]:
    """The commonest reasons of this status, the most common one first.

    Counted among the last thousand; reasons that differ in an address, a time or a
    number alone are one.
    """
    return commonest(_last_reasons(bulletin, status))


def commonest(reasons: list[str]) -> list[Cause]:
    """The same of any reasons, the newest of them first."""
    words: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for reason in reasons:
        pattern = _pattern(reason)
        words.setdefault(pattern, reason)
        counted[pattern] += 1
    return [Cause(words[one], count) for one, count in counted.most_common(SHOWN)]


def _pattern(reason: str) -> str:
    codes = _CODES.match(reason)
    kept = codes.end() if codes else 0
    return reason[:kept] + _VARYING.sub("#", reason[kept:])


def _last_reasons(bulletin: Bulletin, status: Delivery.Status) -> list[str]:
    found = bulletin.deliveries.filter(status=status).order_by("-pk")
    return list(found.values_list("reason", flat=True)[:LOOKED_AT])

"""Clocks that differ: leases and send times are the database's, logs are ours."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from senders.findings import Finding, error, ok, warning

NOTABLE = 5  # seconds
WRONG = 60


def check_clock(whose: str, *, now: datetime) -> Iterator[Finding]:
    """Compare this machine's clock with the one that just said `now`."""
    ahead = (timezone.now() - now).total_seconds()
    seconds = abs(round(ahead))
    how = "ahead of" if ahead > 0 else "behind"
    said = (
        f"The clock of this machine is {seconds} seconds {how} that of "
        f"{whose[0].lower()}{whose[1:]}: let both follow a time server (NTP)."
    )
    if seconds > WRONG:
        yield error("clock", said)
    elif seconds > NOTABLE:
        yield warning("clock", said)
    else:
        yield ok("clock", f"{whose} and this machine have the same time.")

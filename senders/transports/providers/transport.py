"""A provider of anymail: many mails in one call, or one call a mail on several lines.

What a call comes to is one of three things: a verdict for each mail; one verdict for
all, like "not now"; or a refusal of the call as a whole, which is then halved until it
is known whose mail is at fault. Nothing that was taken is asked again, and nothing of
which that is not known: only with an idempotency key the same call may be repeated.
"""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from senders.transports.base import Broken, Busy, Kind, Message, Verdict
from senders.transports.failures import verdict_on
from senders.transports.providers.asking import Asker
from senders.transports.providers.facts import Provider
from senders.transports.providers.merging import batches

# Of the lease: no call begins later, and none takes longer than the other half, so a
# mail has its verdict while the row is ours.
LEASE_SHARE = 0.5
ENOUGH = 20  # mails refused one by one for their content: so are the others
LONGEST_QUIET = 30  # seconds without a call, where the provider names none
GROW = 2  # times as many lines after each group that went well


class ProviderTransport:
    """One provider, with at most BATCH mails or SMTP_CONNECTIONS calls at once."""

    def __init__(self, provider: Provider, *, name: str, stop: threading.Event) -> None:
        self.name = name
        self.provider = provider
        self.stop = stop
        self.most: int = settings.BATCH if provider.merge else settings.SMTP_CONNECTIONS
        self.lines = 1  # calls at once, or mails in the first: a wrong key shows in one
        self.asker: Asker | None = None
        self.pool: ThreadPoolExecutor | None = None
        self.busy = 0  # groups in a row for which it was
        self.quiet_until = 0.0
        self.quiet_reason = ""

    def connect(self, wanted: int) -> int:
        """Be ready, and return for how many.

        Raises Broken where the settings are wrong; Busy while the provider wants to be
        left in peace.
        """
        quiet = self.quiet_until - time.monotonic()
        if quiet > 0:
            raise Busy(self.quiet_reason, retry_after=int(quiet) + 1)
        if self.asker is None:
            self.asker = self._opened()
        self.asker.refresh()
        return min(wanted, self.most, self.lines if self._grows else self.most)

    def hand_over(self, messages: Sequence[Message]) -> list[Verdict]:
        """One verdict for each, in order, before the lease is over."""
        deadline = time.monotonic() + settings.LEASE_SECONDS * LEASE_SHARE
        if self.provider.merge:
            verdicts = self._in_calls(batches(messages, self.provider), deadline)
        elif len(messages) == 1:
            verdicts = self._hand_over(messages, deadline)
        else:
            going = [
                self._threads().submit(self._hand_over, [message], deadline)
                for message in messages
            ]
            verdicts = [verdict for one in going for verdict in one.result()]
        self._learn(verdicts)
        return verdicts

    def close(self) -> None:
        if self.asker:
            self.asker.close()
        if self.pool:
            self.pool.shutdown()
        self.asker, self.pool, self.lines = None, None, 1

    @property
    def _grows(self) -> bool:
        return self.provider.merge is None or self.provider.first_alone

    def _opened(self) -> Asker:
        try:
            return Asker(self.provider, connections=self.most, stop=self.stop)
        except Exception as error:
            # Whatever the backend's settings made it raise.
            raise Broken(verdict_on(error, provider=self.provider).reason) from error

    def _threads(self) -> ThreadPoolExecutor:
        if self.pool is None:
            self.pool = ThreadPoolExecutor(self.most, thread_name_prefix=self.name)
        return self.pool

    def _in_calls(
        self, parts: Sequence[Sequence[Message]], deadline: float
    ) -> list[Verdict]:
        """One part after the other; after trouble the rest is not tried."""
        verdicts: list[Verdict] = []
        for part in parts:
            rest = _for_the_rest(verdicts)
            if rest is None and time.monotonic() > deadline:
                rest = Verdict(Kind.BUSY, f"{self.provider.title} was too slow")
            if rest:
                verdicts += [rest] * len(part)
            else:
                verdicts += self._hand_over(part, deadline)
        return verdicts

    def _hand_over(self, messages: Sequence[Message], deadline: float) -> list[Verdict]:
        """Ask for all; where all are refused for one, find it by halving."""
        asker = self.asker or self._opened()
        answer = asker.ask(messages, deadline=deadline)
        if not isinstance(answer, Verdict):
            return answer
        if answer.kind is not Kind.REFUSED or len(messages) == 1:
            return [answer] * len(messages)
        half = len(messages) // 2
        return self._in_calls([messages[:half], messages[half:]], deadline)

    def _learn(self, verdicts: Sequence[Verdict]) -> None:
        """How many lines the next group gets, and when."""
        if all(verdict.kind is Kind.SENT for verdict in verdicts):
            self.lines = min(self.lines * GROW, self.most)
            self.busy = 0
            return
        waits = [one for one in verdicts if one.kind is Kind.BUSY]
        if not waits:
            return
        self.lines = max(self.lines // GROW, 1)
        self.busy += 1
        longest = max(waits, key=lambda one: one.retry_after or 0)
        wait = longest.retry_after or min(2**self.busy, LONGEST_QUIET)
        self.quiet_until = time.monotonic() + wait
        self.quiet_reason = longest.reason


def _for_the_rest(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The verdict on mails that are not even tried, after these."""
    for verdict in verdicts:
        if verdict.kind in (Kind.BROKEN, Kind.BUSY):
            return verdict
    if any(verdict.kind is Kind.IN_DOUBT for verdict in verdicts):
        return Verdict(Kind.BUSY, "not tried while another call has no answer")
    refused = [one for one in verdicts if one.after_body]
    if len(refused) == len(verdicts) >= ENOUGH:
        return Verdict(Kind.BROKEN, refused[-1].reason)
    return None

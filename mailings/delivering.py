"""The mails of a bulletin leave: a slice is claimed, handed over group by group,
and what came of each is written down.

No transaction is open while the transport is at work. One transaction records the
last group and grants the next, so a kill leaves at most one group in doubt, and a
pause, a cancel or someone who leaves is obeyed within a group.
"""

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from mailings import pulse
from mailings.alike import AlikeInARow
from mailings.errors import WrongState
from mailings.granting import Claim, claim_slice, grant, release, renew
from mailings.making import CannotMake, Presses
from mailings.models import Bulletin, Delivery, Tally
from mailings.patience import until_stored
from mailings.recording import Answer, record
from mailings.slowing import Rests
from mailings.switch import on_hold
from mailings.telling import tell_moved, tell_paused
from senders.addresses import without
from senders.pacing import reserve
from senders.transports.base import (
    Broken,
    Busy,
    Kind,
    Message,
    Stopped,
    Transport,
    Verdict,
)

logger = logging.getLogger(__name__)
T = TypeVar("T")
SLICE = 500  # deliveries claimed at once …
SLICE_SECONDS = 10.0  # … and no more than some seconds of work
GROUP_SECONDS = 0.25  # with a pace: how much leaves between two commits
LONGEST_QUIET = 5.0  # seconds, between two tries at a server that says "not now"


class Worker:
    """One worker of the engine: a transport, and what it remembers between slices."""

    def __init__(
        self,
        transport: Transport,
        *,
        stop: threading.Event,
        report: Callable[[str], None],
    ) -> None:
        self.transport = transport
        self.stop = stop
        self.report = report
        self.until = math.inf  # on the monotonic clock: no group begins after it
        self.presses = Presses()
        self.alike: dict[int, AlikeInARow] = {}
        self.rests = Rests()
        self.lost = False  # verdicts could not be written down: they will be in doubt
        self.unwelcome = 0  # how often in a row the server said "not now"

    def send_slice(self, bulletin: Bulletin) -> bool:
        """Hand over a slice of what is due; False where nothing was, or on hold."""
        if on_hold():
            return False
        self.stored(pulse.beat)
        claim = claim_slice(bulletin, size=self._slice_size())
        if claim is None:
            return False
        slice_ = Slice(self, claim)
        try:
            slice_.send()
        finally:
            self.lost = True  # … unless it is written down
            self.stored(slice_.end)
            self.lost = False
        return True

    def stored(self, act: Callable[[], T]) -> T:
        return until_stored(act, stop=self.stop, report=self.report)

    def group_size(self) -> int:
        if not settings.PACE:
            return self.transport.most
        return max(1, min(int(settings.PACE * GROUP_SECONDS), self.transport.most))

    def keep_quiet(self, *, retry_after: int | None) -> None:
        """Leave a server in peace that wants no more for now."""
        self.unwelcome += 1
        quiet = retry_after or 0.25 * 2 ** min(self.unwelcome, 10)
        self.stop.wait(min(quiet, LONGEST_QUIET))

    def _slice_size(self) -> int:
        if not settings.PACE:
            return SLICE
        seconds = min(SLICE_SECONDS, settings.LEASE_SECONDS / 2)
        return max(1, min(int(settings.PACE * seconds), SLICE))


class Slice:
    """A claim on its way: what still waits, and what came of the last group."""

    def __init__(self, worker: Worker, claim: Claim) -> None:
        self.worker = worker
        self.claim = claim
        self.waiting = claim.rows
        self.answers: list[Answer] = []
        self.trouble = ""
        self.came: Counter[str] = Counter()  # what came of how many
        seconds = min(SLICE_SECONDS, settings.LEASE_SECONDS / 2)
        self.until = min(worker.until, time.monotonic() + seconds)

    def send(self) -> None:
        """Group after group, until there is none, or a reason to stop."""
        self.worker.stored(self.worker.rests.look)
        self._put_off()
        go_on = True
        while go_on and self.waiting and not self.worker.stop.is_set():
            go_on = self._send_group() and time.monotonic() < self.until

    def end(self) -> None:
        """Write down what is in hand, and give back what is not."""
        with transaction.atomic():
            # The bulletin before its deliveries, as everywhere: nobody waits in a ring.
            paused = self._pause()
            self._write()
            release(self.claim)
        self._is_written()
        self._log()
        if paused:
            self.worker.report(
                f"Bulletin {self.claim.bulletin.pk} is paused: {self.trouble}"
            )

    def _send_group(self) -> bool:
        """Hand the next group over; False where the slice is to end."""
        wanted = min(self.worker.group_size(), len(self.waiting))
        size, unwelcome = self._connect(wanted)
        group, self.waiting = self.waiting[:size], self.waiting[size:]
        messages = self._made(group)
        if not messages:
            return False
        if settings.PACE and not self._wait_for_turn(group, pace=settings.PACE):
            return False
        granted, go_on = self.worker.stored(lambda: self._record_and_grant(group))
        if unwelcome:
            verdicts = [_not_now(unwelcome)] * len(granted)
        else:
            verdicts = self._hand_over([messages[row.pk] for row in granted])
        self.answers = [
            Answer(row, verdict) for row, verdict in zip(granted, verdicts, strict=True)
        ]
        self.worker.rests.note(self.answers)
        return self._judge(verdicts, unwelcome=unwelcome) and go_on

    def _connect(self, wanted: int) -> tuple[int, Busy | None]:
        """For how many there is a connection; with Busy the group is to be deferred."""
        try:
            return self.worker.transport.connect(wanted), None
        except Busy as error:
            return wanted, error
        except Broken as error:
            self.trouble = str(error)
        except Stopped:
            pass
        return 0, None

    def _made(self, group: Sequence[Delivery]) -> dict[int, Message | Verdict]:
        try:
            return self.worker.presses.make(group)
        except CannotMake as error:
            self.trouble = str(error)
            return {}

    def _write(self) -> None:
        record(self.claim.id, self.answers)
        self.worker.rests.write()

    def _is_written(self) -> None:
        self.answers = []
        self.worker.rests.note([])

    def _record(self) -> None:
        with transaction.atomic():
            self._write()

    def _record_and_grant(
        self, group: Sequence[Delivery]
    ) -> tuple[list[Delivery], bool]:
        with transaction.atomic():
            self._write()
            return grant(self.claim, group)

    def _wait_for_turn(self, group: Sequence[Delivery], *, pace: float) -> bool:
        """Book the group's turns and wait for them; False where asked to stop."""
        wait = self.worker.stored(lambda: self._record_and_reserve(group, pace=pace))
        self._is_written()
        return not self.worker.stop.wait(wait)

    def _record_and_reserve(self, group: Sequence[Delivery], *, pace: float) -> float:
        with transaction.atomic():
            self._write()
            name = self.worker.transport.name
            wait = reserve(name, count=len(group), pace=pace)
            renew(self.claim, group, wait=wait)
        return wait

    def _hand_over(self, messages: Sequence[Message | Verdict]) -> list[Verdict]:
        """One verdict for each, in order; what could not be made has its own."""
        ready = [one for one in messages if isinstance(one, Message)]
        answers = iter(self.worker.transport.hand_over(ready) if ready else [])
        return [next(answers) if isinstance(one, Message) else one for one in messages]

    def _judge(self, verdicts: Sequence[Verdict], *, unwelcome: Busy | None) -> bool:
        """Whether to go on after these; notes the trouble that pauses the bulletin."""
        self.came.update(verdict.kind.name.lower() for verdict in verdicts)
        pulse.note_work(sent=sum(one.kind is Kind.SENT for one in verdicts))
        alike = self.worker.alike.setdefault(self.claim.bulletin.pk, AlikeInARow())
        for verdict in verdicts:
            if verdict.kind is Kind.BROKEN or alike.too_many(verdict):
                self.trouble = self.trouble or self._nameless(verdict.reason)
        if any(verdict.kind is not Kind.SENT for verdict in verdicts):
            # What comes next may take a while, and this must not be lost meanwhile.
            self.worker.stored(self._record)
            self._is_written()
            self._put_off()
        retry_after = max((one.retry_after or 0 for one in verdicts), default=0)
        if unwelcome or retry_after:
            self.worker.keep_quiet(retry_after=retry_after)
        elif verdicts:
            self.worker.unwelcome = 0
        return not self.trouble

    def _nameless(self, reason: str) -> str:
        """It is told of all: of nobody whose mail is in hand, who may be erased now."""
        for answer in self.answers:
            reason = without(answer.delivery.email, reason)
        return reason

    def _put_off(self) -> None:
        """Let the mails to a domain that rests wait, without a try."""
        rests = self.worker.rests
        put_off, self.waiting = rests.split(self.waiting)
        if put_off:
            self.worker.stored(lambda: rests.put_off(self.claim.id, put_off))
            self.came["put off"] += len(put_off)

    def _pause(self) -> bool:
        if not self.trouble:
            return False
        try:
            # Its own instance: the move reads it anew, also where it refuses.
            bulletin = Bulletin.objects.get(pk=self.claim.bulletin.pk)
            bulletin.move_to(Bulletin.Status.PAUSED, reason=self.trouble)
        except WrongState:
            return False  # somebody paused or cancelled it meanwhile
        self.worker.alike.pop(bulletin.pk, None)
        tell_paused(bulletin)
        return True

    def _log(self) -> None:
        bulletin, claim = self.claim.bulletin.pk, str(self.claim.id)
        came = ", ".join(f"{count} {kind}" for kind, count in self.came.items())
        ids = {"bulletin": bulletin, "claim": claim}
        logger.info("bulletin %s: %s", bulletin, came or "nothing left", extra=ids)


def finish(bulletin: Bulletin) -> None:
    """Note that it is sent, once no delivery is open any more."""
    with transaction.atomic():
        # Locked, so that "send again" comes before or after, never in between.
        bulletin = Bulletin.objects.select_for_update().get(pk=bulletin.pk)
        if bulletin.status != Bulletin.Status.SENDING:
            return
        if not bulletin.deliveries.any_open():
            bulletin.move_to(Bulletin.Status.SENT, finished_at=Now())
            Tally.objects.fold_one(bulletin.pk)
            tell_moved(bulletin)


def _not_now(error: Busy) -> Verdict:
    return Verdict(Kind.BUSY, str(error), retry_after=error.retry_after)

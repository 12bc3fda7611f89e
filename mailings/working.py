"""The loop of a worker: start what is due, send a slice of each, sweep, look again."""

import threading
import time
from collections.abc import Callable

from mailings.delivering import Worker, finish
from mailings.holding import hold_back
from mailings.models import Bulletin
from mailings.patience import AWAY, until_stored
from mailings.pulse import beat
from mailings.starting import start_due
from mailings.sweeping import sweep
from senders.letters import deliver_due
from senders.transports import make_transport

IDLE = 1.0  # seconds until the next look
REST = 20.0  # seconds without work after which the connections are closed


class Engine:
    """All work there is, round after round, through one transport. Not for two threads.

    A bulletin that pauses on a broken transport, and a database that is away, are
    told to `report` in one sentence each. Several may run at once, anywhere.
    """

    def __init__(
        self,
        *,
        stop: threading.Event,
        report: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.stop = stop
        self.report = report
        self.worker = Worker(make_transport(stop=stop), stop=stop, report=report)
        self.last_work = time.monotonic()

    def round(self) -> bool:
        """One look at everything; False where nothing was due.

        A database that is away is waited for, until `stop` is set or a drain is over;
        then what it raised is raised.
        """
        worked = until_stored(
            self._look,
            stop=self.stop,
            report=self.report,
            in_hand=False,
            until=self.worker.until,
        )
        if worked:
            self.last_work = time.monotonic()
        elif time.monotonic() - self.last_work > REST:
            self.close()
        return worked

    def drain(self, *, seconds: float) -> None:
        """Rounds until nothing is due, `stop` is set, or the time is over.

        It is longer only where a server keeps us waiting, or where the database went
        away with verdicts in hand that nobody else knows. Raises what the database
        raised where those could not be written down before the end.
        """
        self.worker.until = time.monotonic() + seconds
        try:
            while not self._is_over() and self.round():
                pass
        except AWAY:
            if self.worker.lost:
                raise

    def close(self) -> None:
        """End the connections; the next round opens them again."""
        self.worker.transport.close()

    def _look(self) -> bool:
        beat()
        worked = deliver_due(stop=self.stop)
        sweep()
        worked = hold_back() or worked
        worked = start_due() or worked
        for bulletin in Bulletin.objects.sending().order_by("started_at", "pk"):
            if self._is_over():
                return worked
            if self.worker.send_slice(bulletin):
                worked = True
            else:
                finish(bulletin)
        return worked

    def _is_over(self) -> bool:
        return self.stop.is_set() or time.monotonic() >= self.worker.until


def work(
    *,
    until_idle: bool,
    stop: threading.Event,
    report: Callable[[str], None] = lambda sentence: None,
) -> None:
    """Do all work that is due, until `stop` is set or, `until_idle`, none is left.

    Raises what the database raised only where verdicts could not be written down
    before the end.
    """
    engine = Engine(stop=stop, report=report)
    try:
        while not stop.is_set():
            if engine.round():
                continue
            if until_idle:
                return
            stop.wait(IDLE)
    except AWAY:
        if engine.worker.lost or not stop.is_set():
            raise
    finally:
        engine.close()

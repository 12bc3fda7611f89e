"""The loop of a worker: start what is due, send a slice of each, sweep, look again."""

import threading
from collections.abc import Callable

from mailings.delivering import Worker, finish
from mailings.holding import hold_back
from mailings.models import Bulletin
from mailings.patience import AWAY, until_stored
from mailings.starting import start_due
from mailings.sweeping import sweep
from senders.letters import deliver_due
from senders.transports import make_transport

IDLE = 1.0  # seconds until the next look
REST = 20  # idle looks until the connections are closed


def work(
    *,
    until_idle: bool,
    stop: threading.Event,
    report: Callable[[str], None] = lambda sentence: None,
) -> None:
    """Do all work that is due, until `stop` is set or, `until_idle`, none is left.

    A bulletin that pauses on a broken transport, and a database that is away, are
    told to `report` in one sentence each. Several workers may run at once. Raises what
    the database raised only where verdicts could not be written down before the end.
    """
    worker = Worker(make_transport(stop=stop), stop=stop, report=report)
    idle = 0
    try:
        while not stop.is_set():
            worked = until_stored(
                lambda: _round(worker), stop=stop, report=report, in_hand=False
            )
            idle = 0 if worked else idle + 1
            if until_idle and idle:
                return
            if idle == REST:
                worker.transport.close()
            if idle:
                stop.wait(IDLE)
    except AWAY:
        if worker.lost or not stop.is_set():
            raise
    finally:
        worker.transport.close()


def _round(worker: Worker) -> bool:
    """One look at everything; False where nothing was due."""
    worked = deliver_due(stop=worker.stop)
    sweep()
    worked = hold_back() or worked
    worked = start_due() or worked
    for bulletin in Bulletin.objects.sending().order_by("started_at", "pk"):
        if worker.stop.is_set():
            return worked
        if worker.send_slice(bulletin):
            worked = True
        else:
            finish(bulletin)
    return worked

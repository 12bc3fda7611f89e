import signal
import threading
from argparse import ArgumentParser
from typing import Any

from bode.contract import ContractCommand
from mailings.management.progress_line import ProgressLine
from mailings.working import work


class Command(ContractCommand):
    help = "Do all due work of sending, in the foreground; several may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--until-idle",
            action="store_true",
            help="exit as soon as nothing is due now",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: _set(stop))
        with ProgressLine(self.stderr) as line:
            # From here on a database that is away is waited for; it refused the start.
            work(
                until_idle=options["until_idle"],
                stop=stop,
                report=lambda sentence: line.say(" ".join(sentence.split())),
            )


def _set(stop: threading.Event) -> None:
    # In a thread: the signal may have come while this one holds the event's own lock.
    threading.Thread(target=stop.set).start()

"""How long a newcomer waits for `make run` once everything is installed."""

import statistics
import tempfile
import time
from pathlib import Path

from tests.running import Run, copy_project

STARTS = 3


def seconds_to_the_login_page() -> float:
    """The median of several starts, after the first, which loads the demo."""
    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder) / "bode")
        _start(project)
        return statistics.median(_start(project) for _start_again in range(STARTS))


def _start(project: Path) -> float:
    run = Run(project)
    begun = time.monotonic()
    try:
        run.start().until_login()
        taken = time.monotonic() - begun
        run.process.terminate()
        run.ended()
    finally:
        run.clean_up()
    return taken

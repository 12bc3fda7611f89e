"""Telling Celery's workers that a bulletin has something to send."""

from bode import waking

TASK = "mailings.tasks.send"


def wake() -> None:
    """Tell a worker to look, once the transaction has committed. Raises nothing."""
    waking.wake(TASK)

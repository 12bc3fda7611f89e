"""Telling Celery's workers that there is something to do, where there is Celery."""


def wake(task_name: str) -> None:
    """Tell a worker to look, once the transaction has committed.

    Without it the work is found at the next look: nothing depends on being told.
    """

"""`make bench`: what takes how long, on this machine, as one page of figures.

Machines differ and are noisy: compare the lines of one run, never two runs.
"""

import platform
import statistics
import time
from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from tests.benchmarks import batches, firsts, letters, pages, starts, statements

ROUNDS = 15


def milliseconds(act: Callable[[], object]) -> float:
    """The median of several rounds, after one that warms up."""
    act()
    taken = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return 1000 * statistics.median(taken)


def main() -> None:
    settings.DATABASES["default"]["NAME"] = ":memory:"
    call_command("migrate", verbosity=0)
    bulletin, press, subscriber = letters.prepare()
    client = Client()
    client.force_login(letters.make_editor())
    form = letters.form_of(bulletin)
    page = f"/admin/mailings/bulletin/{bulletin.pk}"
    lines = {
        "compile an edition, once per bulletin": lambda: letters.compile_it(bulletin),
        "join one reader's message": lambda: press.message_for_subscriber(subscriber),
        "preview page, as the editor types": lambda: client.post(
            f"{page}/preview/", form
        ),
        "checks, as the editor types": lambda: client.post(f"{page}/checks/", form),
    }
    print(f"Python {platform.python_version()}, {platform.machine()}")
    print(f"A bulletin of {len(bulletin.body) // 1024} KB; medians of {ROUNDS} rounds.")
    for name, act in lines.items():
        print(f"{milliseconds(act):10.2f} ms  {name}")
    seconds = starts.seconds_to_the_login_page()
    print(f"{1000 * seconds:10.2f} ms  a second `make run`, to its login page")
    seconds = firsts.seconds_to_the_first_mail()
    print(f"{1000 * seconds:10.2f} ms  Send now to the first mail, by a Celery worker")
    rate = batches.readers_a_second()
    print(f"{rate:10.0f} /s  readers served through a provider's batches")
    print(f"The statement of {statements.DELIVERIES:,} deliveries, on PostgreSQL:")
    measured = statements.figures(deliveries=statements.DELIVERIES, postgresql=True)
    for name, figure in measured.items():
        print(f"{figure:10.2f}     {name}")
    few, many = f"{pages.FEW:,}", f"{pages.DELIVERIES:,}"
    print(f"Pages halfway through {many} deliveries, and through {few}, on PostgreSQL:")
    for name, took in pages.measured(postgresql=True).items():
        print(f"{took['many']:10.2f} ms  {name}; {took['few']:.2f} ms")


if __name__ == "__main__":
    main()

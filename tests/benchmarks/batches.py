"""How many readers a second a worker serves through a provider's batches.

The whole of the engine: claims, ledger, messages and calls, to a server on loopback
that takes everything. In a process of its own, with a database in a file:
python -m tests.benchmarks.batches [PROVIDER]
"""

import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from mailings import scheduling
from mailings.delivering import Worker, finish
from mailings.models import Bulletin
from mailings.starting import start
from senders.transports import make_transport
from senders.transports.providers import PROVIDERS
from subscribers.keys import address_key
from subscribers.models import MailingList, Subscriber, Subscription
from tests.benchmarks import letters
from tests.make import make_bulletin, make_list, make_organisation
from tests.providers.rows import settings_of

READERS = 20_000
SIZE = 10 * 1024  # characters of the bulletin: 30 KB once it is compiled
PERSONAL = "<p>Beste {{ salutation }} van {{ organisation|uw organisatie }},</p>"
COMMAND = [sys.executable, "-m", "tests.benchmarks.batches"]


def readers_a_second() -> float:
    """Measured in a process of its own."""
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main(provider: str = "mailgun") -> None:
    with tempfile.TemporaryDirectory() as folder, _server(provider) as url:
        if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
            settings.DATABASES["default"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        settings.TRANSPORT = provider
        settings.EMAIL_BACKEND = PROVIDERS[provider].backend
        settings.ANYMAIL = settings_of(provider, url)
        call_command("migrate", verbosity=0)
        bulletin = _due_bulletin()
        start(bulletin)
        begun = time.perf_counter()
        _send(bulletin)
        print(READERS / (time.perf_counter() - begun))


def _send(bulletin: Bulletin) -> None:
    worker = Worker(make_transport(), stop=threading.Event(), report=print)
    while worker.send_slice(bulletin):
        pass
    finish(bulletin)
    worker.transport.close()
    bulletin.refresh_from_db()
    assert bulletin.status == Bulletin.Status.SENT, bulletin.reason


def _due_bulletin() -> Bulletin:
    make_organisation()
    mailing_list = make_list()
    _fill(mailing_list)
    plain = letters.PARAGRAPH.replace("{{ salutation }}", "lezer")
    body = PERSONAL + plain * (SIZE // len(plain))
    bulletin = make_bulletin(lists=[mailing_list], body=body)
    scheduling.schedule(bulletin, send_at=None, accept_warnings=True)
    return bulletin


def _fill(mailing_list: MailingList) -> None:
    addresses = [f"lezer{number}@lezer.example" for number in range(READERS)]
    people = Subscriber.objects.bulk_create(
        Subscriber(
            email=address,
            address_key=address_key(address),
            first_name=f"Lezer {number}",
            organisation="Gemeenteverbond Lageland",
        )
        for number, address in enumerate(addresses)
    )
    Subscription.objects.bulk_create(
        Subscription(subscriber=one, mailing_list=mailing_list, status="confirmed")
        for one in people
    )


@contextlib.contextmanager
def _server(provider: str) -> Iterator[str]:
    """In a process of its own, as a provider is."""
    command = [sys.executable, "-m", "tests.providers", provider]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        assert process.stdin
        process.stdin.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

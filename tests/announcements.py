"""Announcements as organisations send them, imported and sent.

One with invented names is part of the project. ANNOUNCEMENTS in the environment, a
folder, adds real ones that nobody may publish.
"""

import os
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from bs4 import BeautifulSoup
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from mailings import scheduling
from mailings.models import Bulletin
from mailings.working import work
from senders.models import OutboxMail
from tests.make import make_list, make_sender, make_subscriber

OURS = Path(__file__).parent / "fixtures" / "announcement-nl.md"
FOLDER = os.environ.get("ANNOUNCEMENTS")
FILES = [OURS, *(sorted(Path(FOLDER).glob("*.md")) if FOLDER else ())]


def import_announcement(file: Path) -> Bulletin:
    """A draft made of the file, for a list with two readers."""
    make_sender()
    mailing_list = make_list()
    make_subscriber("noor@eikerveld.example", lists=[mailing_list], first_name="Noor")
    make_subscriber("bram@zandermeer.example", lists=[mailing_list])
    call_command("import_bulletin", str(file), list=mailing_list.slug)
    return Bulletin.objects.get()


def mend_links(bulletin: Bulletin) -> None:
    """Give each link that goes nowhere an address, as an editor would."""
    body = BeautifulSoup(bulletin.body, "lxml")
    for number, link in enumerate(body.select("a[href='#']")):
        link["href"] = f"https://www.lageland.example/{number}"
    bulletin.body = body.body.decode_contents()
    bulletin.save(update_fields=["body"])


def send(bulletin: Bulletin) -> dict[str, EmailMessage]:
    """Send it through the outbox; each reader's mail, parsed, by address."""
    scheduling.schedule(bulletin, send_at=None)
    with override_settings(EMAIL_BACKEND=settings.TRANSPORTS["outbox"]):
        work(until_idle=True, stop=threading.Event())
    mails = [
        message_from_bytes(bytes(mail.source), policy=policy.default)
        for mail in OutboxMail.objects.all()
    ]
    return {mail["To"].addresses[0].addr_spec: mail for mail in mails}

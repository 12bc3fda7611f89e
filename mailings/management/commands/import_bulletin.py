from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from bode.contract import ContractCommand
from mailings.errors import MailingError
from mailings.importing import import_bulletin, read_text
from mailings.models import Layout
from mailings.models.trail import BY_COMMAND
from senders.models import Sender
from subscribers.models import MailingList


class Command(ContractCommand):
    help = "Make a draft from a Markdown file; prints its id alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--list", required=True, metavar="SLUG")
        parser.add_argument("--sender", metavar="EMAIL")
        parser.add_argument("--layout", metavar="SLUG")
        parser.add_argument("--subject", default="", metavar="TEXT")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            bulletin = import_bulletin(
                read_text(options["file"]),
                mailing_list=_find_list(options["list"]),
                sender=_find_sender(options["sender"]),
                layout=_find_layout(options["layout"]),
                subject=options["subject"],
                by=BY_COMMAND,
            )
        except MailingError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(bulletin.pk))


def _find_list(slug: str) -> MailingList:
    found = MailingList.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no list {slug!r}.")
    return found


def _find_sender(email: str | None) -> Sender | None:
    if email is None:
        return None
    found = Sender.objects.filter(from_address__iexact=email.strip()).first()
    if found is None:
        raise CommandError(f"There is no sender with the address {email!r}.")
    return found


def _find_layout(slug: str | None) -> Layout | None:
    if slug is None:
        return None
    found = Layout.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no layout {slug!r}.")
    return found

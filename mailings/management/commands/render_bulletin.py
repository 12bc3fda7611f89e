import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from bode.contract import ContractCommand
from mailings.copies import copy_for, copy_for_nobody
from mailings.errors import MailingError
from mailings.models import Bulletin
from mailings.rendering.inlining import TooDeep
from senders.transports.base import Message


class Command(ContractCommand):
    help = "Writes the mail of a bulletin to stdout, byte for byte as it is handed over"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, metavar="ID", help="the bulletin")
        parser.add_argument(
            "--to", metavar="EMAIL", help="a reader of it (without: for nobody)"
        )
        parser.add_argument(
            "--as", dest="form", choices=["eml", "html", "text"], required=True
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            bulletin = Bulletin.objects.get(pk=options["id"])
            message = _message(bulletin, options["to"])
        except Bulletin.DoesNotExist:
            raise CommandError(f"There is no bulletin {options['id']}.") from None
        except (MailingError, TooDeep) as error:
            raise CommandError(str(error)) from None
        sys.stdout.buffer.write(_form(message, options["form"]))
        sys.stdout.buffer.flush()


def _message(bulletin: Bulletin, email: str | None) -> Message:
    return (
        copy_for_nobody(bulletin) if email is None else copy_for(bulletin, email=email)
    )


def _form(message: Message, form: str) -> bytes:
    if form == "eml":
        return message.content
    return (message.html if form == "html" else message.text).encode()

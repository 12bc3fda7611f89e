"""A command about one bulletin, named by its number."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from bode.contract import ContractCommand
from mailings.errors import MailingError
from mailings.models import Bulletin


class BulletinCommand(ContractCommand):
    """Finds the bulletin, calls `act`, and turns what a verb refuses into exit 1."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bulletin", type=int, metavar="ID")

    def handle(self, *_args: Any, **options: Any) -> None:
        number = options.pop("bulletin")
        bulletin = Bulletin.objects.filter(pk=number).first()
        if bulletin is None:
            raise CommandError(f"There is no bulletin {number}.")
        try:
            self.act(bulletin, **options)
        except MailingError as error:
            raise CommandError(str(error)) from error

    def act(self, bulletin: Bulletin, **options: Any) -> None:
        """What the command does; every command has its own."""
        raise NotImplementedError

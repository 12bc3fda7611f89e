"""`load_demo`: the demo content of `make run`, once, into an empty database."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from bode.contract import ContractCommand
from mailings.demo import loading


class Command(ContractCommand):
    help = "Load the demo's content into an empty database, and say who may log in."

    def handle(self, **_options: Any) -> None:
        password = settings.DEMO_PASSWORD or secrets.token_urlsafe(12)
        try:
            loading.load(password=password)
        except loading.NotEmpty as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Log in as {loading.ADMIN} with {password}")

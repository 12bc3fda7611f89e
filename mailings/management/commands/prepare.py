"""`prepare`: what an installation needs before anything of it starts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from bode.contract import ContractCommand
from senders.addresses import BadAddress, normalise

# Any number that nobody else takes in this database: "bode" in hex.
LOCK = 0x626F6465


class Command(ContractCommand):
    help = "Migrate, and make the first administrator where there is none."
    wants_database = False  # it brings it up to date

    def handle(self, **_options: Any) -> None:
        with _alone():
            call_command("migrate", interactive=False, verbosity=0)
            self.stdout.write(_first_administrator())


@contextmanager
def _alone() -> Iterator[None]:
    """Machines that start together wait for one another; on SQLite there is one."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _first_administrator() -> str:
    """Make the one of ADMIN_EMAIL where there is none, and say who it is."""
    email = settings.ADMIN_EMAIL
    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return "The database is ready."
    if not email or not settings.ADMIN_PASSWORD:
        return (
            "The database is ready. Nobody can log in yet: set ADMIN_EMAIL and "
            "ADMIN_PASSWORD, or run manage.py createsuperuser."
        )
    _check(email, settings.ADMIN_PASSWORD)
    User.objects.create_superuser(email, email, settings.ADMIN_PASSWORD)
    return f"The database is ready. Log in as {email}."


def _check(email: str, password: str) -> None:
    """Raise CommandError where this can be no administrator."""
    try:
        normalise(email)
        validate_password(password, User(username=email, email=email))
    except BadAddress as error:
        raise CommandError(f"ADMIN_EMAIL: {error}") from None
    except ValidationError as error:
        raise CommandError(f"ADMIN_PASSWORD: {' '.join(error.messages)}") from None
    if User.objects.filter(username=email).exists():
        raise CommandError(f"{email} is a user already, and no administrator.")

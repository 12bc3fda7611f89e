"""`prepare_demo`: what `make run` does before the server starts.

Brings the database up to date, loads the demo where it is empty, and says where to
log in.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse

from bode.contract import ContractCommand
from mailings.demo import loading

OWN = "(your own password; changed with .venv/bin/python manage.py changepassword {})"


class Command(ContractCommand):
    help = "Migrate, load the demo into an empty database, and say where to log in."
    wants_database = False  # it brings it up to date

    def handle(self, **_options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if not settings.DEMO:
            call_command("collectstatic", interactive=False, verbosity=0)
        password = settings.DEMO_PASSWORD
        if password and loading.is_empty():
            loading.load(password=password)
        self.stdout.write(_where_to_log_in(password))
        if settings.TRANSPORT == "outbox":
            outbox = _address("admin:senders_outboxmail_changelist")
            self.stdout.write(f"Every mail that leaves is kept in {outbox}")
        self.stdout.write("Ctrl-C stops everything.")


def _where_to_log_in(password: str) -> str:
    """One line; it tells the password as long as it is the one that we made."""
    user = (
        User.objects.filter(username=loading.ADMIN).first()
        or User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    )
    if user is None:
        return "Nobody can log in: .venv/bin/python manage.py createsuperuser makes one"
    ours = bool(password) and user.check_password(password)
    told = password if ours else OWN.format(user.username)
    return f"Log in: {_address('admin:index')}  {user.username}  {told}"


def _address(name: str) -> str:
    return f"http://127.0.0.1:{settings.PORT}{reverse(name)}"

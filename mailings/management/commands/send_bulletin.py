import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from mailings import audience, scheduling
from mailings.errors import NotReady
from mailings.management.bulletin_command import BulletinCommand
from mailings.models import Bulletin
from mailings.models.trail import BY_COMMAND
from mailings.preflight import open_problems
from mailings.reasons import reason_text

Status = Bulletin.Status


class Command(BulletinCommand):
    help = "Schedule a bulletin, or release a held one: at once, or at a time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--at",
            type=_moment,
            metavar="ISO8601",
            help="like 2026-11-26T09:00; without an offset it is in TIME_ZONE",
        )
        parser.add_argument(
            "--yes",
            action="store_true",
            help="do not ask, and take warnings as ticked off; never errors",
        )

    def act(self, bulletin: Bulletin, **options: Any) -> None:
        held = bulletin.status == Status.HELD
        if not held and bulletin.status != Status.DRAFT:
            raise bulletin.wrong_state(Status.SCHEDULED)
        if not options["yes"]:
            self._ask(bulletin)
        chosen = {"send_at": options["at"], "by": BY_COMMAND}
        if held:
            scheduling.release(bulletin, **chosen)
        else:
            scheduling.schedule(bulletin, accept_warnings=True, **chosen)
        when = timezone.localtime(bulletin.send_at).isoformat(timespec="seconds")
        self.stdout.write(f"Bulletin {bulletin.pk} is scheduled for {when}.")

    def _ask(self, bulletin: Bulletin) -> None:
        """Show what will happen, and raise CommandError where it is not wanted."""
        piped = "" if sys.stdin.isatty() else sys.stdin.readline()
        if not piped and not sys.stdin.isatty():
            raise CommandError("Nobody is there to be asked: add --yes to send it.")
        if bulletin.status == Status.HELD:
            self._say_why(bulletin)
        else:
            self._say_problems(bulletin)
        lists = list(bulletin.lists.all())
        people = audience.summary(lists, corrects=bulletin.corrects).people
        self.stdout.write(f"“{bulletin}” goes to {people} people. Send it? [y/N] ")
        self.stdout.flush()
        answer = piped or sys.stdin.readline()
        if answer.strip().lower() not in ("y", "yes"):
            raise CommandError("Nothing is sent.")

    def _say_why(self, held: Bulletin) -> None:
        # Nothing else: it was checked when it was fixed, and cannot be mended now.
        due = timezone.localtime(held.send_at).isoformat(timespec="seconds")
        self.stdout.write(f"It was to go out at {due}, but {reason_text(held.reason)}.")

    def _say_problems(self, draft: Bulletin) -> None:
        problems = open_problems(draft)
        for problem in problems:
            self.stdout.write(f"{problem.severity}  {problem.where}  {problem.message}")
        if any(problem.blocks for problem in problems):
            raise NotReady(problems)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        return timezone.localtime(aware.astimezone(UTC))
    except (ValueError, OverflowError):
        raise ArgumentTypeError(
            f"{text!r} is no time: write it like 2026-11-26T09:00"
        ) from None

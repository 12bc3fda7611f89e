import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from bode.contract import ContractCommand, add_json
from mailings.models import Bulletin
from mailings.preflight import Problem, find_problems


class Command(ContractCommand):
    help = "Check a bulletin before it goes out; exits 1 where there is an error."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bulletin", type=int, metavar="ID")
        add_json(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        bulletin = Bulletin.objects.filter(pk=options["bulletin"]).first()
        if bulletin is None:
            raise CommandError(f"There is no bulletin {options['bulletin']}.")
        problems = find_problems(bulletin)
        self.stdout.write(
            _as_json(problems) if options["json"] else _as_lines(problems)
        )
        if errors := sum(problem.blocks for problem in problems):
            raise CommandError(f"Mend {errors} of these before it can go out.")


def _as_json(problems: list[Problem]) -> str:
    rows = [
        {
            "code": problem.code,
            "severity": problem.severity,
            "where": problem.where,
            "message": problem.message,
        }
        for problem in problems
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _as_lines(problems: list[Problem]) -> str:
    lines = [f"{each.severity}  {each.where}  {each.message}" for each in problems]
    return "\n".join(lines or ["Nothing to mend."])

"""`doctor`: what is wrong with this installation, and what to do about it."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from bode.contract import ContractCommand, add_json
from bode.doctor import examine
from senders.findings import Finding, Severity


class Command(ContractCommand):
    help = "Check settings, database, broker, transport and DNS; exits 1 on an error."
    wants_database = False  # whether it is there is what it tells

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_json(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        findings = examine()
        self.stdout.write(
            _as_json(findings) if options["json"] else _as_lines(findings)
        )
        if errors := sum(one.severity is Severity.ERROR for one in findings):
            raise CommandError(f"Mend {errors} of these: mail may not arrive.")


def _as_json(findings: list[Finding]) -> str:
    return json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=2)


def _as_lines(findings: list[Finding]) -> str:
    return "\n".join(
        f"{one.severity:<7}  {one.check:<11}  {one.message}" for one in findings
    )

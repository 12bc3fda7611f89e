"""The shape of every command of ours: exit codes, and one sentence on stderr."""

import argparse
import contextlib
import io
import logging
import os
import signal
import sys
import warnings
from types import FrameType
from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections
from django.utils import translation

from bode.database_words import sentence_on
from bode.readiness import confirm_ready


class ContractParser(CommandParser):
    """Wrong use is one sentence and exit code 2, without a page of usage before it."""

    def error(self, message: str) -> NoReturn:
        if not self.called_from_command_line:
            raise CommandError(f"Error: {message}")
        self.exit(2, f"{message}\n")


class ContractCommand(BaseCommand):
    """Exits 0 on success, 1 on a refusal (raise CommandError), 2 on wrong use."""

    requires_system_checks: list[str] = []
    wants_database = True  # up to date and under our ADDRESS_KEY, before it begins

    def create_parser(
        self, prog_name: str, subcommand: str, **kwargs: Any
    ) -> CommandParser:
        plain = super().create_parser(prog_name, subcommand, **kwargs)
        plain.__class__ = ContractParser
        return plain

    def run_from_argv(self, argv: list[str]) -> None:
        self._called_from_command_line = True
        parser = self.create_parser(argv[0], argv[1])
        options = vars(parser.parse_args(argv[2:]))
        _speak_as_scripts_expect()
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _stop_at_once)
        try:
            if self.wants_database:
                confirm_ready()
            self.execute(*options.pop("args", ()), **options)
            sys.stdout.flush()
        except CommandError as error:
            self.leave(str(error), error.returncode)
        except ImproperlyConfigured as error:
            self.leave(str(error))
        except DatabaseError as error:
            self.leave(sentence_on(error))
        except BrokenPipeError:
            # Python would flush once more at its exit, and complain aloud.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.leave("The output was closed before its end.")
        finally:
            connections.close_all()
            _forget_what_could_not_be_said()

    def leave(self, sentence: str, code: int = 1) -> NoReturn:
        print(sentence, file=sys.stderr)
        sys.exit(code)


def _stop_at_once(_number: int, _frame: FrameType | None) -> None:
    """Ctrl-C: the database takes back what was begun, as after any end of a process.

    Not by KeyboardInterrupt: Python swallows one that comes while it clears up.
    """
    with contextlib.suppress(OSError):
        os.write(2, b"Stopped before the end.\n")
    os._exit(1)


def _forget_what_could_not_be_said() -> None:
    """A log that is full changes no exit code.

    Python would try once more at its exit, and end with 120.
    """
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _speak_as_scripts_expect() -> None:
    """Sentences in English and UTF-8, whatever the machine's settings, and no logs."""
    logging.disable(logging.CRITICAL)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # they are for who develops
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal of another alphabet shows a wrong letter, and no stack trace.
        sys.stdout.reconfigure(encoding="utf-8")
    translation.activate("en")


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option that every reporting command has."""
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on stdout, nothing else"
    )

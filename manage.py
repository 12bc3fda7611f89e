#!/usr/bin/env python
"""Django's command line. Wrong settings end it with one sentence and exit code 1."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from bode.database_words import sentence_on


class Utility(ManagementUtility):
    """Django's, but a command that does not exist is wrong use: exit code 2."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        try:
            return super().fetch_command(subcommand)
        except SystemExit:
            sys.exit(2)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bode.settings")
    try:
        Utility(sys.argv).execute()
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")
    except DatabaseError as error:
        sys.exit(sentence_on(error))


if __name__ == "__main__":
    main()

"""The page for who comes while the database is away, or not yet up to date."""

import sys

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

from bode.database_words import lacks_migrations

AGAIN = "60"  # seconds: those who ask by machine come back (RFC 9110 section 10.2.3)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where it is the database that is not there, else Django's 500."""
    error = sys.exc_info()[1]
    # InternalError: PostgreSQL that only reads, as a stand-by does.
    if isinstance(error, OperationalError | InterfaceError | InternalError) or (
        isinstance(error, DatabaseError) and lacks_migrations(error)
    ):
        page = render(request, "503.html", status=503)
        page["Retry-After"] = AGAIN
        page["Cache-Control"] = "no-store"
        return page
    return defaults.server_error(request)

"""What a database said, in one sentence for who runs a command."""

import re

from django.db import DatabaseError, OperationalError

# As SQLite and PostgreSQL say it. A database or a role may be missing too, and no
# migration makes those.
_LACKING = re.compile("no such (table|column)|(relation|column) .* does not exist")


def sentence_on(error: DatabaseError) -> str:
    """Its first line, and what to do where that is known."""
    said = (str(error).splitlines() or ["no reason given"])[0].rstrip(".")
    if lacks_migrations(error):
        said = f"{said} (run manage.py migrate first)"
    if isinstance(error, OperationalError):
        return f"The database does not answer: {said}."
    return f"The database refuses: {said}."


def lacks_migrations(error: DatabaseError) -> bool:
    """Whether a table or a column is missing, which a migration would bring."""
    return bool(_LACKING.search(str(error)))

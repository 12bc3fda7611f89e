"""The settings under test: the project's own, in an environment that never varies.

But for the database: SQLite, or the PostgreSQL that TEST_DATABASE_URL names.
"""

import os
import tempfile
from pathlib import Path

os.environ.update(
    ENV_FILE=os.devnull,
    DEBUG="1",
    SECRET_KEY="a-key-for-tests-only-a-key-for-tests-only-a-key-for-tests",
    ADDRESS_KEY="an-address-key-for-tests-only-an-address-key-for-tests",
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL")
    or f"sqlite:///{Path(tempfile.gettempdir()) / 'bode-tests.sqlite3'}",
    TRANSPORT="outbox",
    SITE_URL="http://127.0.0.1:8000",
    LANGUAGE_CODE="nl",
    TIME_ZONE="Europe/Amsterdam",
    UNDO_SECONDS="60",
    LEASE_SECONDS="600",
    RETRY_SECONDS="60",
    SMTP_CONNECTIONS="8",
    BATCH="50",
)
os.environ.pop("PACE", None)
os.environ.pop("ALLOWED_HOSTS", None)

from bode.settings import *  # noqa: F403

ALLOWED_HOSTS = ["*"]
PACE = None
# Hashing passwords slowly protects people and not tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# In a file: a live server's threads need connections of their own, as in production.
_file = Path(tempfile.gettempdir()) / f"bode-tests-{os.getpid()}.sqlite3"
_name = f"bode_tests_{os.getpid()}"
DATABASES["default"]["TEST"] = {  # noqa: F405
    "NAME": _name if "TEST_DATABASE_URL" in os.environ else str(_file)
}

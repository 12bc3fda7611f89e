"""What we log in to a mail server with, kept out of what the server says.

Some repeat the line that they do not take, and their words become reasons that editors
and operators read.
"""

import base64
from collections.abc import Iterator

from django.conf import settings

from bode.environment import smtp_settings

SHORTEST = 6  # characters: less may stand in any sentence


def unsaid(text: str) -> str:
    """The text without our passwords, plain or as AUTH sends them (RFC 4954)."""
    for secret in _secrets():
        text = text.replace(secret, "…")
    return text


def _secrets() -> Iterator[str]:
    for user, password in _log_ins():
        if len(password) >= SHORTEST:
            yield _encoded(f"\0{user}\0{password}")  # PLAIN
            yield _encoded(password)  # LOGIN
            yield password


def _log_ins() -> Iterator[tuple[str, str]]:
    yield str(settings.EMAIL_HOST_USER), str(settings.EMAIL_HOST_PASSWORD)
    if settings.ALERT_SMTP_URL:
        way = smtp_settings(settings.ALERT_SMTP_URL, name="ALERT_SMTP_URL")
        yield str(way["EMAIL_HOST_USER"]), str(way["EMAIL_HOST_PASSWORD"])


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()

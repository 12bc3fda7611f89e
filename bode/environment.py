"""What the environment says: read once, checked at once, in words to act on.

Each reader takes a setting's name and raises ImproperlyConfigured with one sentence
that names the setting and the mend. The environment wins over `.env`; an empty value
counts as unset.
"""

import io
import os
import re
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

import environ
import idna
from django.core.exceptions import ImproperlyConfigured

from senders.addresses import BadAddress, normalise

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
# As django-environ reads a line; of any other it would only write a log.
_LINE = re.compile(r"(?:export )?[A-Za-z_0-9]+=.*|#.*|")
# It would become part of the value: of a key, for instance, that must never change.
_TRAILING_COMMENT = re.compile(r"""[^#=]+=(?!["']).*\s#.*""")
_BASE = re.compile("[A-Za-z0-9.:-]+(/[A-Za-z0-9._~-]+)*/?")  # a host and a path


class Environment:
    """The settings of one process, from `.env` and the process environment."""

    def __init__(self, env_file: Path) -> None:
        own = {name: value for name, value in os.environ.items() if value}

        class Reader(environ.Env):
            ENVIRON = dict(own)

        if env_file.is_file():
            Reader.read_env(io.StringIO(_settings_in(env_file)))
        self.values = {name: value for name, value in Reader.ENVIRON.items() if value}

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def required(self, name: str, why: str) -> str:
        if name not in self.values:
            raise ImproperlyConfigured(f"{name} is not set: {why}.")
        return self.values[name]

    def switch(self, name: str, *, default: bool) -> bool:
        value = self.text(name).lower()
        if not value:
            return default
        if value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
        return value in TRUE

    def whole_number(
        self, name: str, default: int, *, least: int = 0, most: int = 10**9
    ) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch("[0-9]{1,10}", value) or not least <= int(value) <= most:
            raise ImproperlyConfigured(
                f"{name} must be a whole number from {least} to {most}, not {value!r}."
            )
        return int(value)

    def number(self, name: str) -> float | None:
        """A number above zero, or None where the setting is unset."""
        value = self.text(name)
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            number = 0.0
        if not 0 < number < float("inf"):
            raise ImproperlyConfigured(
                f"{name} must be a number above zero, not {value!r}."
            )
        return number

    def address(self, name: str, default: str) -> str:
        """An e-mail address, alone or as `Name <address>`."""
        value = self.text(name, default)
        try:
            normalise(parseaddr(value)[1])
        except BadAddress:
            raise ImproperlyConfigured(
                f"{name} must be an e-mail address, not {value!r}."
            ) from None
        return value

    def choice(self, name: str, default: str, words: tuple[str, ...]) -> str:
        value = self.text(name, default).lower()
        if value not in words:
            raise ImproperlyConfigured(
                f"{name} must be {' or '.join(words)}, not {value!r}."
            )
        return value

    def addresses(self, name: str) -> list[str]:
        """E-mail addresses, with commas between them."""
        found = self.names(name, [])
        for address in found:
            try:
                normalise(address)
            except BadAddress:
                raise ImproperlyConfigured(
                    f"{name} must be e-mail addresses with commas, not {address!r}."
                ) from None
        return found

    def server(self, name: str) -> str:
        """A host or host:port; empty where it is unset."""
        value = self.text(name)
        try:
            parts = urlsplit(f"//{value}")
            fine = not value or (parts.netloc == value and parts.port != 0)
            fine = fine and "@" not in value and bool(parts.hostname or not value)
        except ValueError:
            fine = False
        if not fine:
            raise ImproperlyConfigured(
                f"{name} must look like 192.0.2.53 or 192.0.2.53:5353, not {value!r}."
            )
        return value

    def names(self, name: str, default: list[str]) -> list[str]:
        value = self.text(name)
        return [part.strip() for part in value.split(",") if part.strip()] or default


def site_settings(url: str, *, schemes: set[str]) -> tuple[str, str]:
    """The base of every link in a mail, and its host; both as mail carries them.

    A host outside ASCII becomes its A-label (RFC 5890).
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = idna.encode(host, uts46=True).decode()
    except (ValueError, idna.IDNAError):
        raise ImproperlyConfigured(f"SITE_URL is no web address: {url!r}.") from None
    if parts.scheme not in schemes:
        raise ImproperlyConfigured(
            f"SITE_URL must start with https:// (http: with DEBUG=1), not {url!r}."
        )
    if not host:
        raise ImproperlyConfigured(f"SITE_URL names no host: {url!r}.")
    # It stands in headers and in the Content-Security-Policy.
    if not _BASE.fullmatch(f"{host}{parts.path}") or set("@?#") & set(url):
        raise ImproperlyConfigured(
            f"SITE_URL must be like https://bode.example.org, not {url!r}."
        )
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}", host


def _settings_in(env_file: Path) -> str:
    """The lines of an `.env`, every one of which is a setting, a comment or empty."""
    try:
        text = env_file.read_text(encoding="utf-8-sig")
    except UnicodeError:
        raise ImproperlyConfigured(f"{env_file} is no UTF-8 text.") from None
    except OSError as error:
        raise ImproperlyConfigured(
            f"{env_file} cannot be read: {error.strerror}."
        ) from None
    lines = [line.strip() for line in text.splitlines()]
    for number, line in enumerate(lines, start=1):
        if not _LINE.fullmatch(line):
            raise ImproperlyConfigured(
                f"Line {number} of {env_file} is no setting: write it like NAME=value."
            )
        if _TRAILING_COMMENT.fullmatch(line):
            raise ImproperlyConfigured(
                f"Line {number} of {env_file} has a comment behind its value: "
                "give the comment a line of its own."
            )
    return "\n".join(lines)


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings of one database from a DATABASE_URL."""
    ways = {"postgres", "postgresql", "sqlite"}
    try:
        parts = urlsplit(url)
        known = parts.scheme in ways and bool(parts.path.strip("/"))
        if known and parts.port != 0:  # reading the port refuses what is no number
            return environ.Env.db_url_config(url)
    except (environ.ImproperlyConfigured, ValueError):
        pass
    raise ImproperlyConfigured(
        "DATABASE_URL must look like postgres://user:password@host/name "
        "or sqlite:////path/to/file."
    )


def redis_url(url: str) -> str:
    """A REDIS_URL that a client can read; empty where it is unset."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"redis", "rediss"} and bool(parts.hostname)
        number = parts.path.strip("/")
        fine = fine and parts.port != 0 and (not number or number.isdigit())
        # Celery knows no other options there.
        fine = fine and all(name.startswith("ssl_") for name in parse_qs(parts.query))
    except ValueError:
        fine = False
    if url and not fine:
        raise ImproperlyConfigured(
            "REDIS_URL must look like redis://:password@host:6379/0, "
            "or start with rediss:// for TLS."
        )
    if url and parts.scheme == "rediss" and "ssl_cert_reqs" not in parts.query:
        # Celery would take any certificate, and so talk to whoever is in between.
        parts = parts._replace(
            query=f"{parts.query}&ssl_cert_reqs=required".lstrip("&")
        )
    return urlunsplit(parts) if url else ""


def smtp_settings(url: str, *, name: str = "SMTP_URL") -> dict[str, str | int | bool]:
    """Django's EMAIL_* settings from an SMTP_URL.

    `smtp://user:password@host:port`, `smtps://…` (TLS from the first byte) or
    `smtp+starttls://…`.
    """
    ways = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} holds a port that is no number.") from None
    if parts.scheme not in ways or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} must look like smtp://user:password@host:port, "
            "or start with smtps:// or smtp+starttls://."
        )
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or ways[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
    }

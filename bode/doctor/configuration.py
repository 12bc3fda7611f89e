"""The settings: those that start without complaint, and still are no good."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core import checks

from senders.findings import Finding, error, ok, warning

LEAST_KEY = 50  # characters
LEAST_DIFFERENT = 10  # of them
# What people write where a key is asked for.
NO_SECRETS = ("change", "example", "insecure", "password", "secret", "-key")


def check_configuration() -> Iterator[Finding]:
    wrong = [*_keys(), *_site(), *_operation(), *_djangos()]
    yield from wrong
    if not wrong:
        yield ok("settings", "The settings are in order.")


def _keys() -> Iterator[Finding]:
    if _is_weak(settings.SECRET_KEY):
        yield error(
            "settings",
            "SECRET_KEY is too easy to guess: make it 50 or more random characters.",
        )
    if _is_weak(settings.ADDRESS_KEY):
        # Of use only before there are addresses: then it can still be changed.
        yield warning(
            "settings",
            "ADDRESS_KEY is too easy to guess: a new installation needs 50 or more "
            "random characters; one that holds people cannot change it any more.",
        )
    if settings.SECRET_KEY == settings.ADDRESS_KEY:
        yield error(
            "settings",
            "SECRET_KEY and ADDRESS_KEY are the same: make another SECRET_KEY.",
        )


def _is_weak(key: str) -> bool:
    words = any(word in key.lower() for word in NO_SECRETS)
    return len(key) < LEAST_KEY or len(set(key)) < LEAST_DIFFERENT or words


def _site() -> Iterator[Finding]:
    if settings.DEMO:
        yield warning(
            "settings",
            "DEBUG=1 makes this a demo: remove it on a machine that others reach.",
        )
        return
    hosts = settings.ALLOWED_HOSTS
    if "*" in hosts:
        yield error(
            "settings", "ALLOWED_HOSTS lets every name in: write the names of the site."
        )
    elif not _is_allowed(settings.SITE_HOST, hosts):
        yield error(
            "settings",
            f"ALLOWED_HOSTS lacks {settings.SITE_HOST}, the host of SITE_URL, so the "
            "links in mail lead to an error: add it.",
        )
    if not getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        yield warning(
            "settings",
            "TRUST_PROXY is not set: make it 1 where a proxy of yours ends TLS and "
            "sets X-Forwarded-Proto itself.",
        )
    if settings.STATIC_ROOT and not Path(settings.STATIC_ROOT).is_dir():
        yield error(
            "settings",
            "The pages would have no style: run manage.py collectstatic --noinput.",
        )


def _is_allowed(host: str, hosts: list[str]) -> bool:
    return any(
        host == name or (name.startswith(".") and f".{host}".endswith(name))
        for name in hosts
    )


def _operation() -> Iterator[Finding]:
    if settings.DEMO:
        return
    if not settings.OPERATORS:
        yield warning(
            "settings",
            "OPERATORS is not set: nobody is told when sending breaks or a page fails.",
        )
    elif not settings.ALERT_SMTP_URL:
        yield warning(
            "settings",
            "ALERT_SMTP_URL is not set: word that sending is broken leaves by the way "
            "that is broken.",
        )


def _djangos() -> Iterator[Finding]:
    """What `check --deploy` says."""
    for message in checks.run_checks(include_deployment_checks=not settings.DEMO):
        if message.is_silenced():
            continue
        said = " ".join(f"{message.msg} ({message.id})".split())
        hint = " ".join(str(message.hint or "").split())
        kind = error if message.is_serious() else warning
        yield kind("settings", f"{said} {hint}".strip())

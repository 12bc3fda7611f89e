"""By what way mail leaves: TRANSPORT, and what a provider needs from the environment.

A provider's own settings keep anymail's names, like MAILGUN_API_KEY. What it cannot
send without is asked for here, so that nobody finds out at the first bulletin.
"""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from bode.environment import Environment
from senders.transports.providers import PROVIDERS

# The one place that maps TRANSPORT to the Django e-mail backend that letters use too.
TRANSPORTS = {
    "outbox": "senders.outbox.OutboxBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    **{name: provider.backend for name, provider in PROVIDERS.items()},
}
# anymail takes these for true whatever word they hold.
_SWITCH = re.compile(r"_(USE_|GENERATE_|WORKAROUND_|PREVENT_|VERIFY_)\w+$")
_JSON = re.compile(r"_(PARAMS|DEFAULTS|EXTRA)$")
# boto3 reads these of the process alone, and not of `.env`.
_AMAZON = {
    "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    "AWS_SESSION_TOKEN": "aws_session_token",
    "AWS_DEFAULT_REGION": "region_name",
    "AWS_REGION": "region_name",
}


def provider_settings(env: Environment, transport: str) -> dict[str, Any]:
    """The ANYMAIL of this transport; empty where it is no provider."""
    if transport not in PROVIDERS:
        return {}
    for name in PROVIDERS[transport].needs:
        env.required(name, f"TRANSPORT={transport} needs it")
    prefix = f"{transport.upper()}_"
    found = {name: _value(env, name) for name in env.values if name.startswith(prefix)}
    return _for_amazon(env, found) if transport == "amazon_ses" else found


def _value(env: Environment, name: str) -> Any:
    if _SWITCH.search(name):
        return env.switch(name, default=False)
    value = env.text(name)
    if _JSON.search(name):
        return _object(name, value)
    if name.endswith("_API_URL"):
        _check_url(name, value)
    return value


def _object(name: str, value: str) -> dict[str, Any]:
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        # Not the value itself: it may hold a key.
        raise ImproperlyConfigured(
            f'{name} must be a JSON object, like {{"region_name": "eu-west-1"}}.'
        )
    return found


def _check_url(name: str, value: str) -> None:
    try:
        parts = urlsplit(value)
        fine = parts.scheme in {"https", "http"} and bool(parts.hostname)
        fine = fine and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise ImproperlyConfigured(f"{name} must be a web address, not {value!r}.")


def _for_amazon(env: Environment, found: dict[str, Any]) -> dict[str, Any]:
    """Keys and region wherever the operator wrote them, and one request for one mail:
    botocore would repeat one that was cut or timed out, up to three times."""
    session = {
        theirs: env.text(ours) for ours, theirs in _AMAZON.items() if env.text(ours)
    }
    params = found.get("AMAZON_SES_CLIENT_PARAMS", {})
    config = params.get("config", {})
    if not isinstance(config, dict):
        raise ImproperlyConfigured(
            'The "config" of AMAZON_SES_CLIENT_PARAMS must be a JSON object.'
        )
    config = config | {"retries": {"total_max_attempts": 1}}
    return found | {
        "AMAZON_SES_SESSION_PARAMS": session
        | found.get("AMAZON_SES_SESSION_PARAMS", {}),
        "AMAZON_SES_CLIENT_PARAMS": params | {"config": config},
    }

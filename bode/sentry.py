"""Errors reported to Sentry: by its DSN alone, without what is nobody's business."""

from importlib import import_module
from typing import Any

from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation

from subscribers.logs import hide

# Of a request it learns how and where, and nothing that somebody sent along.
OF_A_REQUEST = ("method", "url")
KEPT_OUT = ("user", "extra", "breadcrumbs", "modules", "server_name")


def report_to_sentry(dsn: str) -> None:
    """Begin to report. Raises ImproperlyConfigured where that cannot be."""
    try:
        sentry = import_module("sentry_sdk")
    except ImportError:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set and sentry-sdk is not installed: run pip install "
            "sentry-sdk, or leave SENTRY_DSN empty."
        ) from None
    try:
        sentry.init(
            dsn=dsn,
            before_send=cleaned,
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            send_client_reports=False,
        )
    except ValueError:  # BadDsn: its own words would show the key
        raise ImproperlyConfigured(
            "SENTRY_DSN must look like https://key@host/number."
        ) from None


def cleaned(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """The event without addresses, tokens, and whatever came with a request.

    None for a request that we refused: anybody can send those, and it is no fault.
    """
    if issubclass(hint.get("exc_info", (object,))[0], SuspiciousOperation):
        return None
    kept = {name: value for name, value in event.items() if name not in KEPT_OUT}
    request = kept.get("request") or {}
    kept["request"] = {name: request[name] for name in OF_A_REQUEST if name in request}
    hidden: dict[str, Any] = _hidden(kept)
    return hidden


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {key: _hidden(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(one) for one in value]
    return value

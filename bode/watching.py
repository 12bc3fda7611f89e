"""What watches Bode: /healthz and /healthz/sending for probes, /metrics.

A probe asks by whatever name its container has, in clear text and without a cookie.
So these are answered before hosts, sessions and languages are looked at, and nothing
in them depends on any of those or says anything of a person.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from bode import logs, metrics
from bode.banner import facts
from bode.health import Health, look

View = Callable[[HttpRequest], HttpResponseBase]
REQUEST_ID = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the web process is of use: the rest is no reason to restart it."""
    found = look()
    return _shown(request, found, well=found.can_serve)


@require_safe
def healthz_sending(request: HttpRequest) -> HttpResponse:
    """200 while mail leaves too: to be asked by who wakes an operator."""
    found = look()
    return _shown(request, found, well=found.is_well)


@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for who shows METRICS_TOKEN; without that setting, no such page."""
    if not settings.METRICS_TOKEN:
        return HttpResponseNotFound("Not found.\n", content_type="text/plain")
    shown = request.headers.get("Authorization", "").encode()
    if not constant_time_compare(shown, f"Bearer {settings.METRICS_TOKEN}".encode()):
        refused = HttpResponse("Who are you?\n", "text/plain", status=401)
        refused["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refused
    return HttpResponse(metrics.exposition(), CONTENT_TYPE_LATEST)


PAGES: dict[str, View] = {
    "healthz": healthz,
    "healthz/sending": healthz_sending,
    "metrics": show_metrics,
}


def answer_probes(get_response: View) -> View:
    """Answer who watches, before anybody asks which host that is."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        page = PAGES.get(request.path_info.removeprefix("/").removesuffix("/"))
        if page is None:
            return get_response(request)
        response = page(request)
        add_never_cache_headers(response)
        return response

    return answer


def name_requests(get_response: View) -> View:
    """Give each request a name that its log lines carry, or keep the proxy's."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(REQUEST_ID, "")
        name = given if _WELL_FORMED.fullmatch(given) else uuid4().hex
        # Left as it is until the next: Django logs an answer after it came from here.
        logs.request_id.set(name)
        response = get_response(request)
        response[REQUEST_ID] = name
        return response

    return answer


def _shown(request: HttpRequest, found: Health, *, well: bool) -> HttpResponse:
    """A page for who asks for HTML first, JSON for everybody else."""
    status = 200 if well else 503
    preferred = request.get_preferred_type(["application/json", "text/html"])
    if preferred != "text/html":
        fields = {"status": _word(found)} | _fields(found)
        return JsonResponse(fields, status=status, json_dumps_params={"indent": 1})
    language = translation.get_language_from_request(request)
    with translation.override(language):
        page = render_to_string("health.html", {"facts": facts(found)})
    return HttpResponse(page, status=status)


def _word(found: Health) -> str:
    if not found.can_serve:
        return "down"
    return "ok" if found.is_well else "degraded"


def _fields(found: Health) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "web": True,
        "database": found.database,
        "migrated": found.migrated,
        "broker": found.broker,
    }
    if sending := found.sending:
        fields |= {
            "on_hold": sending.on_hold,
            "sender_alive": sending.sender_alive,
            "stuck": sending.stuck,
            **_time("sender_seen", sending.sender_seen_at),
            **_time("oldest_due", sending.oldest_due_at),
            **_time("late_since", sending.late_since),
        }
    return fields


def _time(name: str, since: datetime | None) -> dict[str, Any]:
    """When, and how many seconds ago."""
    seconds = (timezone.now() - since).total_seconds() if since else None
    return {
        f"{name}_at": since.isoformat(timespec="seconds") if since else None,
        f"{name}_seconds_ago": None if seconds is None else max(0, round(seconds)),
    }

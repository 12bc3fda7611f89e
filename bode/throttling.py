"""Logging in by guessing, made slow: django-axes, with limits of our own.

Five wrong tries from one place at one name close that door for a quarter of an hour.
Many places guessing at one name, and one place guessing at many names, are stopped
after more of them, so that nobody is kept out by another's few tries.
"""

import math
from datetime import datetime, timedelta
from ipaddress import AddressValueError, IPv6Address, IPv6Network, ip_address
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

# How many times AXES_FAILURE_LIMIT a name may have from everywhere, and a place for
# all names: an office, or the readers of one provider, may share an address.
WIDER = 6
# An IPv6 customer has a whole /64 (RFC 6177), and would be somebody else every time.
CUSTOMER = 64


class Throttle(AxesDatabaseHandler):
    """Counts the wrong tries of the last AXES_COOLOFF_TIME."""

    def get_failures(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """In tries at one name from one place, as the wider limits weigh them."""
        here, *wider = (
            attempts.aggregate(sum=Sum("failures_since_start"))["sum"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(here, *(count // WIDER for count in wider))

    def reset_user_attempts(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """Forget what this person did wrong here before they got in.

        What others tried at this name, or from here at other names, still counts.
        """
        here, *_wider = self.filter_user_attempts(request, credentials)
        return here.delete()[0]

    def open_again_at(
        self, request: HttpRequest, credentials: dict[str, Any] | None
    ) -> datetime:
        """When the last wrong try that counts is forgotten."""
        latest = [_latest(one) for one in self.get_user_attempts(request, credentials)]
        known = [moment for moment in latest if moment]
        return max(known, default=timezone.now()) + settings.AXES_COOLOFF_TIME


def client_address(request: HttpRequest) -> str | None:
    """The address that asks, as far as it can be told; an IPv6 one as its network.

    Behind a proxy of ours it is the last hop of X-Forwarded-For: the proxy wrote that
    one itself, and anybody may have written those before it.
    """
    said = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_PROXY:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        said = _readable(hops[-1]) or said
    return _readable(said)


def locked_page(
    request: HttpRequest,
    _response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """How long it takes, and what else can be done."""
    handler = AxesProxyHandler.get_implementation()
    wait = handler.open_again_at(request, credentials) - timezone.now()
    seconds = max(1, math.ceil(wait / timedelta(seconds=1)))
    context = {"title": _("Too many tries"), "minutes": math.ceil(seconds / 60)}
    page = render(request, "admin/locked.html", context, status=429)
    page.headers["Retry-After"] = str(seconds)
    add_never_cache_headers(page)
    return page


def _latest(attempts: "QuerySet[Any]") -> datetime | None:
    moment: datetime | None = attempts.aggregate(at=Max("attempt_time"))["at"]
    return moment


def _readable(said: str) -> str | None:
    try:
        address = ip_address(said.strip().partition("%")[0])
    except (ValueError, AddressValueError):
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, CUSTOMER), strict=False).network_address)

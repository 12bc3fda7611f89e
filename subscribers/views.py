"""The public pages: how a reader leaves, and how they come back.

GET and HEAD ask, POST acts: link scanners follow links, and some run JavaScript, so
nothing else may change anything. The token is all that counts: no cookie, no session.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from senders.addresses import mask
from senders.colours import mix_with_white
from senders.logo import logo_url
from senders.models import Organisation
from senders.text import one_line
from subscribers import subscribing, tokens
from subscribers.models import ConsentEvent, MailingList, Subscriber, Subscription
from subscribers.tokens import Leave

Method = ConsentEvent.Method
Status = Subscription.Status
View = Callable[..., HttpResponse]


def token_page(view: View) -> View:
    """A page that a token opens: kept by nobody, found by nobody, told to nobody."""

    @csrf_exempt  # a mailbox provider posts without a cookie (RFC 8058 section 3.1)
    @wraps(view)
    def private(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return private


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail and in its List-Unsubscribe header."""
    try:
        link = tokens.read_leave_token(token)
    except BadSignature:
        return _bad_link(request)
    person = subscribing.person_of(link)
    if request.method == "POST":
        return _leave(request, link, person)
    if link.practice:
        return _page(request, "practice")
    lists = _lists(person, link, Status.PENDING, Status.CONFIRMED)
    return _page(request, "leave" if lists else "gone", person=person, lists=lists)


@token_page
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """The button on the page that follows a leaving."""
    try:
        left = tokens.read_undo_token(token)
    except BadSignature:
        return _bad_link(request)
    if request.method == "POST" and not subscribing.come_back(
        left, source=_source(request, left)
    ):
        return _page(request, "no_undo", person=subscribing.person_of(left))
    return _where_they_are(request, left, token)


@require_safe
@cache_control(public=True, max_age=31536000, immutable=True)
def house(_request: HttpRequest, colour: str) -> HttpResponse:
    """The organisation's colour as a style sheet: the CSP allows no inline one."""
    soft = mix_with_white(f"#{colour}", 0.095)
    css = f":root {{ --house: #{colour}; --house-soft: {soft}; }}\n"
    return HttpResponse(css, content_type="text/css; charset=utf-8")


def _leave(
    request: HttpRequest, link: Leave, person: Subscriber | None
) -> HttpResponse:
    one_click = _is_one_click(request)
    method = Method.ONE_CLICK if one_click else Method.PAGE
    left = subscribing.leave(link, method=method, source=_source(request, link))
    if one_click:
        return _one_click_answer(request, link, person)
    if link.practice:
        return _page(request, "practice")
    if not left.list_ids:
        return _page(request, "gone", person=person)
    return _where_they_are(request, left, tokens.make_undo_token(left))


def _is_one_click(request: HttpRequest) -> bool:
    # A body that nobody can read is no reason to keep mailing somebody.
    try:
        return request.POST.get("List-Unsubscribe") == "One-Click"
    except (BadRequest, MultiPartParserError, SuspiciousOperation):
        return False


def _one_click_answer(
    request: HttpRequest, link: Leave, person: Subscriber | None
) -> HttpResponse:
    with translation.override(_language(request, person)):
        sentence = (
            _("This was a test mail: nobody is unsubscribed.")
            if link.practice
            else _("You are unsubscribed.")
        )
    return HttpResponse(f"{sentence}\n", content_type="text/plain; charset=utf-8")


def _where_they_are(request: HttpRequest, left: Leave, token: str) -> HttpResponse:
    """Back on the lists that were left, off them, or neither, when all are gone."""
    person = subscribing.person_of(left)
    here = reverse("subscribers:undo", args=[token])
    context: dict[str, Any] = {"person": person, "here": here}
    if lists := _lists(person, left, Status.CONFIRMED):
        again = tokens.make_leave_token(
            subscriber_id=left.subscriber_id,
            address_key=left.address_key,
            bulletin_id=left.bulletin_id,
            list_ids=left.list_ids,
        )
        leave_page = reverse("subscribers:leave", args=[again])
        return _page(request, "back", lists=lists, leave_page=leave_page, **context)
    if lists := _lists(person, left, Status.UNSUBSCRIBED):
        return _page(request, "left", lists=lists, **context)
    return _page(request, "no_undo", **context)


def _lists(
    person: Subscriber | None, link: Leave, *statuses: Status
) -> list[MailingList]:
    """Of the link's lists, those on which the person has one of these statuses."""
    if person is None:
        return []
    return list(
        MailingList.objects.filter(
            pk__in=link.list_ids,
            subscriptions__subscriber=person,
            subscriptions__status__in=statuses,
        )
    )


def _source(request: HttpRequest, link: Leave) -> str:
    # The agent shows afterwards whether a person or a filter pressed the button.
    agent = one_line(request.headers.get("User-Agent", ""))
    return f"bulletin {link.bulletin_id}, {agent or 'no user agent'}"


def _bad_link(request: HttpRequest) -> HttpResponse:
    # The same for every link that we did not make or no longer honour: no oracle.
    return _page(request, "bad_link", status=404)


def _language(request: HttpRequest, person: Subscriber | None) -> str:
    asked = request.GET.get("lang", "")
    if asked in dict(settings.LANGUAGES):
        return asked
    return person.language if person else translation.get_language()


def _page(
    request: HttpRequest,
    name: str,
    *,
    status: int = 200,
    person: Subscriber | None = None,
    **context: Any,
) -> HttpResponse:
    language = _language(request, person)
    organisation = Organisation.objects.current()
    context |= {
        "organisation": organisation,
        # By its path alone: the CSP allows pictures of the host that was asked.
        "logo": logo_url().removeprefix(settings.SITE_URL),
        "colour": organisation.colour.upper().removeprefix("#"),
        "address": mask(person.email) if person else "",
        # Whoever chose a language keeps it on the page that follows.
        "keep": f"?lang={language}" if "lang" in request.GET else "",
        "languages": [code for code, _name in settings.LANGUAGES if code != language],
    }
    with translation.override(language):
        response = render(request, f"subscribers/{name}.html", context, status=status)
    response.headers["Content-Language"] = language
    return response

"""Every address of the product, asked for by everybody: what no page ever does."""

import re

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from mailings.editions import compile_edition
from mailings.models import Bulletin, Delivery, Layout, Pulse
from senders.models import OutboxMail
from tests.make import (
    make_bulletin,
    make_list,
    make_organisation,
    make_sender,
    make_subscriber,
)

HOSTILE = "\"><script>x=1</script><img src=x onerror=x()>'{{ 7*7 }}"
BROKEN_OUT = re.compile(r"<script>x=1|<img src=x onerror", re.IGNORECASE)
CAUGHT = re.compile(r"<[^>]*>")  # <int:pk> in a route
FORGED = {
    "subject": "forged",
    "name": "forged",
    "username": "forged",
    "email": "forged@example.org",
    "status": "sent",
    "is_superuser": "on",
    "action": "delete_selected",
    "_selected_action": ["1", "2", "3"],
    "post": "yes",
    "answer": "again",
    "when": "now",
    "based_on": "1",
    "language": "nl",
}


@pytest.fixture
def world():
    """One of everything, in every state, with hostile words wherever words go."""
    make_organisation(name=HOSTILE, postal_address=HOSTILE)
    lists = [make_list(name=HOSTILE, description=HOSTILE)]
    layout = Layout.objects.default()
    Layout.objects.update(name=HOSTILE, footer=HOSTILE)
    sender = make_sender(from_name=HOSTILE, signature=HOSTILE)
    reader = make_subscriber(lists=lists, name=HOSTILE, organisation=HOSTILE)
    Group.objects.create(name=HOSTILE)
    source = f"Subject: {HOSTILE}\r\nTo: {HOSTILE}\r\n\r\n{HOSTILE}".encode()
    OutboxMail.objects.create(recipient=HOSTILE, subject=HOSTILE, source=source)
    for status in Bulletin.Status:
        bulletin = make_bulletin(
            lists=lists,
            sender=sender,
            layout=layout,
            subject=HOSTILE,
            headline=HOSTILE,
            preheader=HOSTILE,
            body=f"<p>{HOSTILE}</p>",
            reason=HOSTILE,
        )
        _bring_to(bulletin, status, reader)
    Pulse.objects.create(name=HOSTILE)
    User.objects.create_superuser("chief", "chief@example.org", first_name=HOSTILE)


def _bring_to(bulletin, status, reader):
    if status == Bulletin.Status.DRAFT:
        return
    edition = compile_edition(bulletin)
    edition.save()
    now = timezone.now()
    Bulletin.objects.filter(pk=bulletin.pk).update(
        status=status, edition=edition, send_at=now, started_at=now
    )
    Delivery.objects.create(
        bulletin=bulletin,
        edition=edition,
        subscriber=reader,
        email=reader.email,
        address_key=reader.address_key,
        values={"name": HOSTILE},
        status=Delivery.Status.IN_DOUBT,
        reason=HOSTILE,
    )


def every_address():
    """Each route but logging out, with each number that a row of ours may have."""
    routes = {route for route in _routes(get_resolver().url_patterns) if route}
    return sorted(
        f"/{CAUGHT.sub(str(number), route)}"
        for route in routes
        if "logout" not in route and "(" not in route
        for number in range(1, 7 if "<" in route else 2)
    )


def _routes(patterns, before=""):
    for one in patterns:
        route = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _routes(one.url_patterns, route)
        else:
            yield route


def all_rows():
    """Everything in the database but sessions and who was last seen when."""
    models = [one for one in apps.get_models() if one.__name__ != "Session"]
    rows = {one.__name__: list(one._base_manager.values()) for one in models}
    for user in rows["User"]:
        del user["last_login"]
    return rows


def logged_in(name, **options):
    client = Client(raise_request_exception=False, **options)
    client.force_login(User.objects.get(username=name))
    return client


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_page_breaks_shows_markup_of_others_or_changes_by_being_looked_at(
    world, language
):
    before = all_rows()
    chief = logged_in("chief", headers={"accept-language": language})
    for address in every_address():
        answer = chief.get(address)
        assert answer.status_code < 500, address
        if "html" in answer["Content-Type"]:
            assert not BROKEN_OUT.search(answer.content.decode()), address
        assert "default-src 'none'" in answer["Content-Security-Policy"], address
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert answer["Referrer-Policy"] in ("same-origin", "no-referrer"), address
    assert all_rows() == before


def test_no_page_is_changed_from_another_site(world):
    before = all_rows()
    chief = logged_in("chief", enforce_csrf_checks=True)
    for address in every_address():
        assert chief.post(address, FORGED).status_code in (403, 404, 405), address
    assert all_rows() == before


@pytest.mark.parametrize("rights", [(), ("view_",)])
def test_who_may_change_nothing_changes_nothing(world, rights):
    user = User.objects.create_user("guest", is_staff=True)
    for right in rights:
        user.user_permissions.set(Permission.objects.filter(codename__contains=right))
    before = all_rows()
    guest = logged_in("guest")
    for address in every_address():
        if "password" not in address:
            assert guest.post(address, FORGED).status_code < 500, address
    assert all_rows() == before

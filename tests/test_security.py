"""What every answer of ours tells a browser to refuse, to forget, and to keep quiet."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from bode import invitations
from mailings.editions import Press
from mailings.models import Bulletin
from senders.models import Letter
from tests.editors import make_chief
from tests.mailings.sending import make_sending_bulletin
from tests.test_every_page import every_address, logged_in, world

__all__ = ["world"]

CAGED = ("/preview/", "/html/")
# Pages that hold a secret in their address: each has a test of its own here.
TOKEN_PAGES = {"leave", "undo", "password_reset_confirm", "invitation"}
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy(answer) -> dict[str, str]:
    parts = answer["Content-Security-Policy"].split(";")
    return {
        name: rest for name, _, rest in (one.strip().partition(" ") for one in parts)
    }


def is_caged(address: str, answer) -> bool:
    return address.endswith(CAGED) and "sandbox" in policy(answer)


# --- Every page -----------------------------------------------------------------------


@pytest.mark.parametrize("who", ["chief", "nobody"])
def test_every_page_is_strict_about_what_runs_in_it_and_around_it(world, who):
    client = logged_in(who) if who == "chief" else Client()
    seen = 0
    for address in every_address():
        answer = client.get(address)
        assert answer["X-Content-Type-Options"] == "nosniff", address
        if is_caged(address, answer):
            assert "script-src" not in policy(answer), address
            assert policy(answer)["default-src"] == "'none'", address
            continue
        seen += 1
        assert policy(answer) == STRICT, address
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address
        if not address.startswith(("/healthz", "/metrics")):
            assert answer["X-Frame-Options"] == "DENY", address
    assert seen > 50


@pytest.mark.parametrize("address", ["/nothing", "/u/forged", "/static/nothing.css"])
def test_a_page_that_is_not_there_is_as_strict(address):
    answer = Client().get(address)
    assert answer.status_code == 404
    assert policy(answer) == STRICT
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_no_page_has_a_script_or_a_style_of_its_own(world):
    chief = logged_in("chief")
    inline = re.compile(
        r"""<script(?![^>]*(\bsrc=|type="application/json"))|<style|\s(style|on\w+)=\"""",
        re.IGNORECASE,
    )
    for address in every_address():
        answer = chief.get(address)
        if "html" in answer["Content-Type"] and not is_caged(address, answer):
            assert not inline.search(_own_words(answer)), address


def _own_words(answer) -> str:
    """The page without what an editor wrote and the page shows as text."""
    return re.sub(r"<textarea.*?</textarea>", "", answer.content.decode(), flags=re.S)


@pytest.mark.parametrize("who", ["chief", "nobody"])
def test_no_page_is_kept_but_the_logo_and_the_colour(world, who):
    client = logged_in(who) if who == "chief" else Client()
    kept = {
        address
        for address in every_address()
        if "no-store" not in client.get(address)["Cache-Control"]
    }
    assert kept <= {"/logo.png"}
    assert "public" in client.get("/house/0E5A4F.css")["Cache-Control"]


# --- Pages behind a secret link -------------------------------------------------------


def token_routes(patterns, names=()) -> set[str]:
    """The names of all routes that carry a token."""
    found = set(names)
    for one in patterns:
        if not isinstance(one, URLPattern):
            found |= token_routes(one.url_patterns)
        elif "token" in str(one.pattern):
            found.add(one.name)
    return found


def test_each_page_with_a_token_is_known_here():
    assert token_routes(get_resolver().url_patterns) == TOKEN_PAGES


def links() -> dict[str, str]:
    """A good link to each of those pages, and a forged one."""
    user = User.objects.create_user("marit", "m@lageland.example", is_staff=True)
    user.set_password("right-password")
    user.save()
    guest = User.objects.create_user("noor", "n@lageland.example", is_staff=True)
    delivery = make_sending_bulletin(people=1).deliveries.get()
    leave = _leave_link(delivery)
    left = Client().post(leave)
    undo = re.search(r'action="(/undo/[^"?]+)', left.content.decode())[1]
    return {
        "leave": leave,
        "undo": undo,
        "reset": _choose(user, "password_reset_confirm", default_token_generator),
        "invitation": _choose(guest, "invitation", invitations.tokens),
        "forged leave": "/u/forged",
        "forged undo": "/undo/forged",
        "forged reset": "/admin/password/MQ/forged-token/",
        "forged invitation": "/admin/invitation/MQ/forged-token/",
    }


def _choose(user, name, generator) -> str:
    who = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse(name, args=[who, generator.make_token(user)])


def _leave_link(delivery) -> str:
    text = Press(delivery.edition, delivery.bulletin).message_for(delivery).text
    return re.search(r"(/u/\S+)", text)[1].rstrip(">)")


def test_a_page_with_a_secret_in_its_address_is_kept_and_told_by_nobody():
    for name, address in links().items():
        answer = Client().get(address)
        assert answer.status_code in (200, 302, 404), name
        assert "no-store" in answer["Cache-Control"], name
        assert answer["Referrer-Policy"] == "no-referrer", name
        assert answer["X-Robots-Tag"] == "noindex", name


@pytest.mark.parametrize("name", ["reset", "invitation"])
def test_the_secret_of_a_password_link_leaves_the_address_at_once(name):
    address = links()[name]
    token = address.rstrip("/").rpartition("/")[2]
    client = Client()
    sent_on = client.get(address)
    assert sent_on.status_code == 302
    assert token not in sent_on["Location"]
    page = client.get(sent_on["Location"])
    assert page.status_code == 200
    assert token not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex"


# --- Whose name a link carries --------------------------------------------------------


@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "forwarded"])
def test_no_mail_carries_a_name_that_a_visitor_chose(header):
    User.objects.create_user("marit", "m@lageland.example", "right-password")
    evil = {header: "host=evil.example" if header == "forwarded" else "evil.example"}
    Client(headers=evil).post("/admin/password/", {"email": "m@lageland.example"})
    letter = Letter.objects.get()
    assert "evil" not in letter.text + letter.subject
    assert f"{settings.SITE_URL}/admin/password/" in letter.text


def test_no_bulletin_carries_a_name_that_an_editor_was_reached_by():
    bulletin = make_sending_bulletin(people=1)
    Bulletin.objects.update(status="draft")
    chief = make_chief()
    page = chief.get(
        reverse("admin:mailings_bulletin_preview", args=[bulletin.pk]),
        headers={"host": "evil.example", "x-forwarded-host": "evil.example"},
    )
    assert "evil" not in page.content.decode()


# --- Sessions -------------------------------------------------------------------------


def test_another_password_ends_every_other_session():
    chief = make_chief()
    assert chief.get("/admin/").status_code == 200
    user = User.objects.get()
    user.set_password("another-password")
    user.save()
    assert chief.get("/admin/").status_code == 302


def test_a_log_in_begins_a_session_of_its_own():
    User.objects.create_superuser("chief", "c@lageland.example", "right-password")
    client = Client()
    before = client.session.session_key
    client.post("/admin/login/", {"username": "chief", "password": "right-password"})
    assert client.session.session_key not in (None, before)


@pytest.mark.parametrize("there", ["https://evil.example", "//evil.example", "/\\evil"])
def test_nobody_is_sent_to_another_site_after_the_log_in(there):
    User.objects.create_superuser("chief", "c@lageland.example", "right-password")
    answer = Client().post(
        f"/admin/login/?next={there}",
        {"username": "chief", "password": "right-password", "next": there},
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/admin/"

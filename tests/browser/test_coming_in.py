"""Coming in, in a real browser: invited, forgotten, locked out."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail

from senders.letters import deliver_due

NEW = "a-long-new-one"
# A page of ours never makes the browser complain, but for this status.
REFUSED = "429"


@pytest.fixture
def link(live_server):
    """The address in the newest letter, on the server under test."""

    def read() -> str:
        deliver_due()
        found = re.search(r"https?://\S+", mail.outbox[-1].body)[0]
        return found.replace(settings.SITE_URL, live_server.url)

    return read


def choose(page) -> None:
    page.fill("#id_new_password1", NEW)
    page.fill("#id_new_password2", NEW)
    page.click("main .button.primary")


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [390, 1280])
def test_somebody_is_invited_and_comes_in(
    live_server, editor_page, new_page, link, axe, width
):
    page = editor_page
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/admin/auth/user/add/")
    assert not page.is_visible("#id_password1")
    page.check("input[name=usable_password][value=true]")
    assert page.is_visible("#id_password1")
    page.check("input[name=usable_password][value=false]")
    assert axe(page) == []
    page.fill("#id_email", "noor@lageland.example")
    page.click(".primary[name=_save]")
    page.wait_for_selector(".messagelist")
    noor = User.objects.get(email="noor@lageland.example")
    page.goto(f"{live_server.url}/admin/auth/user/{noor.pk}/invite/")
    assert axe(page) == []
    assert fits(page)

    guest = new_page()
    guest.set_viewport_size({"width": width, "height": 900})
    guest.goto(link())
    assert "/set-password/" in guest.url  # the key is not in the address any more
    assert axe(guest) == []
    assert fits(guest)
    choose(guest)
    guest.wait_for_url(f"{live_server.url}/admin/")
    assert page.complaints == guest.complaints == []


def test_a_forgotten_password_is_chosen_anew(live_server, page, editor, link):
    page.goto(f"{live_server.url}/admin/password/")
    page.fill("#id_email", editor.email)
    page.click("main .button.primary")
    page.wait_for_url("**/sent/")
    page.goto(link())
    choose(page)
    page.wait_for_url("**/done/")
    page.click("main .button.primary")
    page.fill("#id_username", editor.username)
    page.fill("#id_password", NEW)
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{live_server.url}/admin/")
    assert page.complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_who_guesses_is_shown_how_long_and_another_way(
    live_server, page, editor, axe, width
):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/admin/login/")
    for _number in range(5):
        page.fill("#id_username", editor.username)
        page.fill("#id_password", "a guess")
        page.press("#id_password", "Enter")
        page.wait_for_load_state("networkidle")
    assert page.is_visible("text=/15 minut/")
    assert axe(page) == []
    assert fits(page)
    page.click("main .button.primary")
    assert page.url == f"{live_server.url}/admin/password/"
    assert [one for one in page.complaints if REFUSED not in one] == []

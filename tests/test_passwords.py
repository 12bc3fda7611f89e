"""A forgotten password: a letter, a link that works once, a new password."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail

from tests.editors import read

ASK = "/admin/password/"
NEW = {"new_password1": "a-long-new-one", "new_password2": "a-long-new-one"}


@pytest.fixture
def user():
    return User.objects.create_user(
        "marit", "marit@lageland.example", "old", is_staff=True
    )


def link_in_letter() -> str:
    return re.search(r"https?://\S+", mail.outbox[0].body)[0]


def test_the_log_in_page_leads_to_a_letter(client, user):
    assert f'href="{ASK}"' in client.get("/admin/login/").content.decode()
    assert client.get(ASK).status_code == 200

    client.post(ASK, {"email": "MARIT@lageland.example"})

    (letter,) = mail.outbox
    assert letter.to == ["marit@lageland.example"]
    assert "marit" in letter.body


def test_the_link_never_leads_where_the_request_says(client, user, settings):
    client.post(ASK, {"email": user.email}, headers={"host": "evil.example"})

    assert link_in_letter().startswith(f"{settings.SITE_URL}{ASK}")
    assert "evil.example" not in mail.outbox[0].body


def test_a_stranger_gets_no_letter_and_sees_the_same_page(client, user):
    known = client.post(ASK, {"email": user.email}, follow=True)
    unknown = client.post(ASK, {"email": "nobody@example.org"}, follow=True)

    assert len(mail.outbox) == 1
    assert read(known) == read(unknown)


def test_the_link_sets_a_password_once(client, user, settings):
    client.post(ASK, {"email": user.email})
    link = link_in_letter().removeprefix(settings.SITE_URL)

    form = client.get(link, follow=True)
    done = client.post(form.redirect_chain[-1][0], NEW, follow=True)

    user.refresh_from_db()
    assert user.check_password("a-long-new-one")
    assert done.status_code == 200
    assert "/admin/password/done/" in done.redirect_chain[-1][0]
    again = client.get(link, follow=True)
    assert 'type="password"' not in again.content.decode()


@pytest.mark.parametrize("link", ["MQ/abc-def", "x/y", "MQ/set-password"])
def test_a_forged_link_asks_for_a_new_one(client, user, link):
    page = client.get(f"{ASK}{link}/")

    assert page.status_code == 200
    assert 'type="password"' not in page.content.decode()
    assert f'href="{ASK}"' in page.content.decode()


def test_two_passwords_that_differ_are_refused(client, user, settings):
    client.post(ASK, {"email": user.email})
    link = link_in_letter().removeprefix(settings.SITE_URL)
    form = client.get(link, follow=True).redirect_chain[-1][0]

    client.post(form, NEW | {"new_password2": "something-else"})

    user.refresh_from_db()
    assert user.check_password("old")

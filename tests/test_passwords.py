"""A forgotten password: a letter, a link that works once, a new password."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from senders.letters import deliver_due
from senders.models import Letter
from tests.editors import read

ASK = "/admin/password/"
NEW = {"new_password1": "a-long-new-one", "new_password2": "a-long-new-one"}


@pytest.fixture
def user():
    return User.objects.create_user(
        "marit", "marit@lageland.example", "old", is_staff=True
    )


def link_in_letter() -> str:
    deliver_due()
    return re.search(r"https?://\S+", mail.outbox[0].body)[0]


def test_the_log_in_page_leads_to_a_letter(client, user):
    assert f'href="{ASK}"' in client.get("/admin/login/").content.decode()
    assert client.get(ASK).status_code == 200

    client.post(ASK, {"email": "MARIT@lageland.example"})
    assert mail.outbox == []  # no page waits for a mail server
    deliver_due()

    (letter,) = mail.outbox
    assert letter.to == ["marit@lageland.example"]
    assert "marit" in letter.body


def test_the_link_never_leads_where_the_request_says(client, user, settings):
    client.post(ASK, {"email": user.email}, headers={"host": "evil.example"})

    assert link_in_letter().startswith(f"{settings.SITE_URL}{ASK}")
    assert len(mail.outbox) == 1
    assert "evil.example" not in mail.outbox[0].body


def test_a_stranger_gets_no_letter_and_sees_the_same_page(client, user):
    known = client.post(ASK, {"email": user.email}, follow=True)
    unknown = client.post(ASK, {"email": "nobody@example.org"}, follow=True)

    assert Letter.objects.count() == 1
    assert read(known) == read(unknown)


def test_the_database_has_as_much_to_do_for_a_stranger(client, user):
    def asked(email):
        with CaptureQueriesContext(connection) as queries:
            client.post(ASK, {"email": email})
        return [query["sql"].split()[0] for query in queries]

    known, unknown = asked(user.email), asked("nobody@example.org")

    assert "INSERT" in known
    assert "INSERT" in unknown
    assert abs(len(known) - len(unknown)) <= 2  # reading it back, or deleting it


def test_nobody_s_mailbox_is_filled(client, user):
    for _number in range(8):
        page = client.post(ASK, {"email": user.email}, follow=True)
    assert Letter.objects.count() == 5
    assert read(page) == read(client.post(ASK, {"email": "x@y.example"}, follow=True))


def test_whose_account_is_closed_gets_no_letter(client, user):
    User.objects.update(is_active=False)
    client.post(ASK, {"email": user.email})
    assert not Letter.objects.exists()


def test_an_address_with_a_line_break_is_refused(client, user):
    client.post(ASK, {"email": "marit@lageland.example\nBcc: evil@example.org"})
    assert not Letter.objects.exists()


def test_nobody_is_told_where_the_link_was(client, user, settings):
    client.post(ASK, {"email": user.email})
    link = link_in_letter().removeprefix(settings.SITE_URL)

    moved = client.get(link)
    form = client.get(moved["Location"])

    assert moved["Referrer-Policy"] == "no-referrer"
    assert form["Referrer-Policy"] == "same-origin"  # without one it could not post
    for answer in (moved, form, client.get(f"{ASK}x/y/")):
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex"


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

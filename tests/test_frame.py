"""The frame around every page of the admin."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from tests.editors import make_chief, make_editor, read
from tests.ledgers import make_gone
from tests.make import make_bulletin, make_organisation, make_sender

INLINE = re.compile(
    r"""<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:""", re.I
)
PAGES = [
    "index",
    "password_change",
    "mailings_bulletin_changelist",
    "mailings_layout_changelist",
    "mailings_layout_add",
    "senders_sender_changelist",
    "senders_sender_add",
    "senders_organisation_add",
    "senders_outboxmail_changelist",
    "subscribers_subscriber_changelist",
    "subscribers_subscriber_add",
    "subscribers_mailinglist_changelist",
    "subscribers_mailinglist_add",
    "auth_user_changelist",
    "auth_user_add",
    "auth_group_changelist",
    "auth_group_add",
]


@pytest.fixture
def chief():
    return make_chief()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_to_the_strict_policy(chief, name):
    """No inline style or script, which the browser would refuse to run."""
    answer = chief.get(reverse(f"admin:{name}"))

    assert answer.status_code == 200
    assert INLINE.findall(answer.content.decode()) == []
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_title_and_it_names_a_thing(chief, name):
    page = chief.get(reverse(f"admin:{name}")).content.decode()

    titles = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.S)
    assert len(titles) == 1
    assert titles[0].strip()
    assert "Select" not in titles[0]
    assert "to change" not in page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_primary_button_at_most(chief, name):
    page = chief.get(reverse(f"admin:{name}")).content.decode()

    assert len(re.findall(r'class="button primary', page)) <= 1


def test_the_menu_is_in_our_order_on_the_first_page_too(chief):
    make_bulletin()

    page = chief.get(reverse("admin:index")).content.decode()

    menu = page[page.index('<nav class="menu"') : page.index("</nav>")]
    links = [
        text.strip() for text in re.findall(r'class="menu-link"[^>]*>([^<]*)', menu)
    ]
    assert links == [
        "Overview",
        "Bulletins",
        "Layouts",
        "Senders",
        "Subscribers",
        "Lists",
        "Users and roles",
        "Organisation",
        "Outgoing mail (demo)",
    ]


def test_the_menu_shows_only_what_somebody_may_see():
    editor = make_editor("view_bulletin", "add_bulletin")

    page = editor.get(reverse("admin:index"))

    assert "Bulletins" in read(page)
    assert "Users and roles" not in read(page)
    assert editor.get(reverse("admin:auth_user_changelist")).status_code == 403


def test_the_menu_says_where_you_are(chief):
    sender = make_sender()

    page = chief.get(reverse("admin:senders_sender_change", args=[sender.pk]))

    here = re.findall(r'aria-current="true">([^<]*)', page.content.decode())
    assert here[0] == "Senders"


def test_the_foot_says_by_what_way_mail_leaves(chief, settings):
    assert "Sending is on, through the demo outbox" in read(chief.get("/admin/"))

    settings.TRANSPORT = "smtp"
    assert "through your own mail server" in read(chief.get("/admin/"))

    settings.TRANSPORT = "amazon_ses"
    assert "through Amazon SES" in read(chief.get("/admin/"))


def test_the_foot_says_that_something_is_paused(chief):
    make_gone("paused")

    assert "A bulletin is paused" in read(chief.get("/admin/"))


def test_the_language_is_changed_with_one_button(chief):
    page = chief.get("/admin/").content.decode()
    assert '<html lang="en"' in page
    assert 'value="nl" lang="nl">Nederlands' in page

    chief.post(reverse("set_language"), {"language": "nl", "next": "/admin/"})

    page = chief.get("/admin/").content.decode()
    assert '<html lang="nl"' in page
    assert 'value="en" lang="en">English' in page


def test_no_page_reads_the_logo_only_to_show_the_name(
    chief, django_assert_max_num_queries
):
    make_organisation(logo=b"x" * 1000)

    with django_assert_max_num_queries(25) as asked:
        page = chief.get("/admin/password_change/")

    assert "Gemeenteverbond Lageland" in read(page)
    assert not [q for q in asked.captured_queries if '"logo"' in q["sql"]]


def test_a_section_has_no_page_of_its_own(chief):
    assert chief.get("/admin/senders/").headers["Location"] == "/admin/"


def test_who_logs_in_sees_whose_bode_it_is(client):
    make_organisation()
    User.objects.create_superuser("marit", "marit@example.org", "right-password")

    page = client.get("/admin/login/?next=/admin/")
    assert "Gemeenteverbond Lageland" in read(page)
    assert INLINE.findall(page.content.decode()) == []
    wrong = client.post("/admin/login/", {"username": "marit", "password": "wrong"})
    assert 'role="alert"' in wrong.content.decode()

    asked = {"username": "marit", "password": "right-password", "next": "/admin/"}
    assert client.post("/admin/login/", asked).headers["Location"] == "/admin/"


def test_who_logs_out_can_log_in_again(chief):
    page = chief.post("/admin/logout/")

    assert "You are logged out" in read(page)
    assert chief.get("/admin/").status_code == 302


def test_a_password_is_changed_in_the_frame(chief):
    refused = chief.post(
        "/admin/password_change/",
        {"old_password": "wrong", "new_password1": "a", "new_password2": "b"},
    )
    assert 'href="#id_old_password"' in refused.content.decode()

    new = "a-long-new-password"
    done = chief.post(
        "/admin/password_change/",
        {
            "old_password": "right-password",
            "new_password1": new,
            "new_password2": new,
        },
        follow=True,
    )
    assert "Your password is changed" in read(done)
    assert User.objects.get().check_password(new)


@pytest.mark.parametrize(
    "name", ["subscribers_subscriber", "mailings_bulletin", "auth_user"]
)
def test_a_search_of_a_thousand_words_finds_nothing_and_breaks_nothing(chief, name):
    url = reverse(f"admin:{name}_changelist")
    assert chief.get(url, {"q": "dijk " * 1000}).status_code == 200


def test_a_file_of_ours_keeps_to_the_policy_too(client):
    answer = client.get("/static/bode/tokens.css")
    answer.close()
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]

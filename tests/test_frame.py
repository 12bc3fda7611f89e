"""The frame around every page of the admin, and its first page."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from mailings.models import Bulletin, Delivery, Layout
from subscribers.models import Subscription
from tests.editors import make_chief, make_editor, read
from tests.make import (
    make_bulletin,
    make_list,
    make_organisation,
    make_sender,
    make_subscriber,
)

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


@pytest.fixture(autouse=True)
def _forgetful():
    """What was counted for another test is not remembered."""
    cache.clear()


@pytest.fixture
def chief():
    return make_chief()


def make_delivery(bulletin: Bulletin, **changes) -> Delivery:
    from_edition = bulletin.editions.first() or bulletin.editions.create(
        language="nl",
        subject=bulletin.subject,
        from_name="x",
        from_address="nieuws@lageland.example",
        headers=[],
        list_ids=[],
        html="",
        text="",
        fingerprint="0" * 64,
    )
    place = Delivery.objects.count()
    fields = {
        "email": f"reader-{place}@example.org",
        "address_key": f"{place:032}",
        "status": "sent",
    }
    return Delivery.objects.create(
        bulletin=bulletin, edition=from_edition, **fields | changes
    )


def make_gone(status: str = "sent", **changes) -> Bulletin:
    now = timezone.now()
    sender = make_sender(from_address=f"s{Bulletin.objects.count()}@example.org")
    fields = {"status": status, "started_at": now, "sender": sender, "lists": []}
    if status == "sent":
        fields["finished_at"] = now
    return make_bulletin(**fields | changes)


# --- Every page -----------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_to_the_strict_policy(chief, name):
    """No inline style or script, which the browser would refuse to run."""
    answer = chief.get(reverse(f"admin:{name}"))

    assert answer.status_code == 200
    assert INLINE.findall(answer.content.decode()) == []
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy


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


# --- The first page -------------------------------------------------------------------


def test_a_new_installation_shows_five_steps_and_one_filled_button(chief):
    page = chief.get("/admin/")

    assert "Welcome to Bode" in read(page)
    content = page.content.decode()
    assert content.count('<li class="row') == 5
    assert content.count("button primary") == 1
    assert "Say who you are" in read(page)


def test_the_first_step_that_is_not_done_is_the_next(chief):
    make_organisation()
    make_sender()

    page = chief.get("/admin/")

    assert "2 steps are done." in read(page)
    primary = re.search(r'class="button primary" href="([^"]*)"', page.content.decode())
    assert primary[1] == reverse("admin:subscribers_mailinglist_add")


def test_the_steps_go_once_something_is_sent(chief):
    make_gone()

    assert "Welcome to Bode" not in read(chief.get("/admin/"))


def test_mail_in_doubt_asks_for_attention_until_it_is_settled(chief):
    bulletin = make_gone()
    delivery = make_delivery(bulletin, status="in_doubt")
    assert "1 mail in doubt with “Handreiking hoogwater”" in read(chief.get("/admin/"))

    delivery.left_at = timezone.now()
    delivery.save()

    assert "Nothing. All is well." in read(chief.get("/admin/"))


def test_a_paused_bulletin_asks_for_attention_with_its_reason(chief):
    make_gone("paused", reason="535 5.7.8 Authentication failed")

    page = read(chief.get("/admin/"))

    assert "“Handreiking hoogwater” is paused" in page
    assert "535 5.7.8 Authentication failed" in page


def test_failed_mail_is_news_for_a_week(chief):
    bulletin = make_gone()
    make_delivery(bulletin, status="failed")
    assert "1 mail did not arrive" in read(chief.get("/admin/"))

    Bulletin.objects.update(finished_at=timezone.now() - timedelta(days=8))

    assert "1 mail did not arrive" not in read(chief.get("/admin/"))


def test_what_is_scheduled_goes_out_in_the_order_of_its_time(chief):
    readers = make_list()
    make_subscriber(lists=[readers])
    later, sooner = timezone.now() + timedelta(2), timezone.now() + timedelta(1)
    first = make_gone("scheduled", subject="First", send_at=later, lists=[readers])
    make_gone("scheduled", subject="Second", send_at=sooner, lists=[readers])

    page = read(chief.get("/admin/"))

    assert page.index("Second") < page.index(first.subject)
    assert "1 recipient" in page


def test_what_is_going_out_shows_how_far_it_is(chief):
    bulletin = make_gone("sending")
    for status in ("sent", "sent", "failed", "queued"):
        make_delivery(bulletin, status=status)

    page = read(chief.get("/admin/"))

    assert "75%" in page
    assert "3 of 4" in page
    assert "1 going out" in page


def test_what_was_sent_shows_how_it_went(chief):
    bulletin = make_gone()
    for status in ("sent", "sent", "failed", "skipped"):
        make_delivery(bulletin, status=status)

    page = chief.get("/admin/").content.decode()

    row = page[page.index('<th scope="row">') :]
    numbers = re.findall(r'<td class="number[^"]*">([^<]*)', row)
    assert numbers == ["4", "1", "1", "2"]  # recipients, skipped, not arrived, sent


def test_lists_show_who_is_confirmed_on_them(chief):
    make_gone()
    readers = make_list()
    make_subscriber(lists=[readers])
    other = make_subscriber("someone@example.org", lists=[readers])
    other.subscriptions.update(status=Subscription.Status.UNSUBSCRIBED)

    page = chief.get("/admin/").content.decode()

    assert re.search(r'class="figure middle">1</strong>', page)


def test_somebody_without_rights_is_told_whom_to_ask():
    make_gone(subject="Secret plans")

    page = read(make_editor().get("/admin/"))

    assert "You may log in, and nothing more yet" in page
    assert "Secret plans" not in page


def test_the_first_page_asks_no_more_of_the_database_with_more_bulletins(
    chief, django_assert_max_num_queries
):
    for number in range(12):
        bulletin = make_gone(subject=f"Bulletin {number}")
        make_delivery(bulletin, status="failed")
    chief.get("/admin/")

    with django_assert_max_num_queries(25):
        chief.get("/admin/")


def test_a_layout_in_use_is_not_deleted_and_says_by_what(chief):
    bulletin = make_bulletin()

    page = chief.post(
        reverse("admin:mailings_layout_delete", args=[bulletin.layout_id]),
        {"post": "yes"},
    )

    assert "cannot be deleted" in read(page)
    assert bulletin.subject in read(page)
    assert Layout.objects.filter(pk=bulletin.layout_id).exists()


def test_a_layout_of_no_use_is_deleted_after_a_question(chief):
    layout = Layout.objects.create(name="Old", slug="old")
    url = reverse("admin:mailings_layout_delete", args=[layout.pk])

    assert "Delete “Old”?" in read(chief.get(url))
    assert Layout.objects.exists()

    chief.post(url, {"post": "yes"})
    assert not Layout.objects.exists()


def test_a_colour_too_pale_is_refused_with_a_darker_one(chief):
    asked = {"name": "Pale", "slug": "pale", "frame": "letter", "colour": "#77CCAA"}

    page = chief.post(reverse("admin:mailings_layout_add"), asked)

    assert "Take #" in read(page)
    assert 'href="#id_colour"' in page.content.decode()
    assert not Layout.objects.filter(slug="pale").exists()
    chief.post(reverse("admin:mailings_layout_add"), asked | {"colour": "#0E5A4F"})
    assert Layout.objects.filter(slug="pale").exists()


# --- Users and roles ------------------------------------------------------------------


def test_who_manages_users_gives_nobody_more_than_they_may_give():
    manager = make_editor("view_user", "change_user")
    user = User.objects.create_user("joris", is_staff=True)
    url = reverse("admin:auth_user_change", args=[user.pk])

    manager.post(url, {"username": "joris", "is_active": "on", "is_superuser": "on"})

    user.refresh_from_db()
    assert not user.is_superuser


def test_who_manages_users_cannot_touch_who_may_do_everything():
    manager = make_editor("view_user", "change_user")
    chief = User.objects.create_superuser("chief", "chief@example.org", "x")

    for page in ("change", "password_change"):
        url = reverse(f"admin:auth_user_{page}", args=[chief.pk])
        assert manager.post(url, {"username": "x"}).status_code == 403


def test_nobody_deletes_themselves(chief):
    me = User.objects.get(username="chief")

    answer = chief.post(
        reverse("admin:auth_user_delete", args=[me.pk]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert User.objects.filter(pk=me.pk).exists()


def test_a_user_gets_a_role_and_a_new_password(chief):
    chief.post(reverse("admin:auth_group_add"), {"name": "Writers", "permissions": []})
    created = chief.post(
        reverse("admin:auth_user_add"),
        {"username": "noor", "password1": "a-long-one-1", "password2": "a-long-one-1"},
    )
    assert created.status_code == 302
    user = User.objects.get(username="noor")

    chief.post(
        reverse("admin:auth_user_change", args=[user.pk]),
        {"username": "noor", "is_active": "on", "is_staff": "on", "groups": ["1"]},
    )
    chief.post(
        reverse("admin:auth_user_password_change", args=[user.pk]),
        {"password1": "another-one-2", "password2": "another-one-2"},
    )

    user.refresh_from_db()
    assert user.is_staff
    assert user.check_password("another-one-2")
    assert [group.name for group in user.groups.all()] == ["Writers"]


def test_a_role_names_its_rights_in_words(chief):
    page = read(chief.get(reverse("admin:auth_group_add")))

    assert "Bulletins: schedule, send, resume and cancel" in page
    assert "Subscribers: see" in page
    assert "log entry" not in page

"""The first page: what needs attention, what goes out, how it went."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from mailings.models import Bulletin
from subscribers.models import Subscription
from tests.editors import make_chief, make_editor, read
from tests.ledgers import make_delivery, make_gone
from tests.make import make_list, make_organisation, make_sender, make_subscriber


@pytest.fixture(autouse=True)
def _forgetful():
    """What was counted for another test is not remembered."""
    cache.clear()


@pytest.fixture
def chief():
    return make_chief()


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
    for status in ("sent", "sent", "failed", "in_doubt", "skipped"):
        make_delivery(bulletin, status=status)

    page = chief.get("/admin/").content.decode()

    row = page[page.index('<th scope="row">') :]
    numbers = re.findall(r'<td class="number[^"]*">([^<]*)', row)
    assert numbers == ["5", "1", "1", "2"]  # recipients, in doubt, failed, sent


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

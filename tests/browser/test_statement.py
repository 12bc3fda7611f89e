"""Who got it, on a screen, a phone and paper, as the browser shows it."""

import pytest
from playwright.sync_api import expect

from mailings import scheduling, starting
from mailings.models import Delivery
from tests.mailings.flying import url
from tests.make import make_subscriber

PAGES = ("deliveries", "deliveries_print", "mail")


@pytest.fixture
def sent(bulletin):
    """To Samira and three others, of whom each has met another fate."""
    for number in range(3):
        make_subscriber(f"p{number}@lezer.example", lists=list(bulletin.lists.all()))
    scheduling.schedule(bulletin, send_at=None, by="Marit van Houten")
    starting.start(bulletin)
    fates = ("sent", "failed", "in_doubt", "deferred")
    for row, fate in zip(bulletin.deliveries.order_by("pk"), fates, strict=True):
        reason = "" if fate == "sent" else "550 5.1.1 " + "x" * 120
        Delivery.objects.filter(pk=row.pk).update(
            status=fate, reason=reason, attempts=1
        )
    return bulletin


def address(name, bulletin):
    more = [bulletin.deliveries.first().pk] if name == "mail" else []
    return url(name, bulletin, *more)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", PAGES)
def test_everyone_can_read_it_at_any_width(
    new_page, editor, log_in, axe, sent, name, width
):
    page = log_in(new_page(width=width, language="en"), editor)
    page.goto(address(name, sent))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []
    assert page.complaints == []


def test_the_mail_is_caged_and_its_link_to_leave_acts_on_nobody(
    new_page, editor, log_in, sent
):
    page = log_in(new_page(language="en"), editor)
    page.goto(address("mail", sent))
    mail = page.frame_locator("iframe")
    expect(mail.get_by_text("Beste mevrouw El Idrissi")).to_be_visible()
    link = mail.locator("a[href*='/u/']").first
    assert "/u/practice." in link.get_attribute("href")


def test_the_button_prints(new_page, editor, log_in, sent):
    page = log_in(new_page(language="en"), editor)
    page.add_init_script("window.print = () => { window.printed = true; }")
    page.goto(address("deliveries_print", sent))
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_text("p0@lezer.example")).to_be_visible()


def test_the_sheet_is_downloaded(new_page, editor, log_in, sent):
    page = log_in(new_page(language="en"), editor)
    page.goto(address("deliveries", sent))
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download as CSV").click()
    assert begun.value.suggested_filename == f"bulletin-{sent.pk}.csv"
    with open(begun.value.path(), encoding="utf-8-sig") as file:
        assert len(file.read().splitlines()) == 5

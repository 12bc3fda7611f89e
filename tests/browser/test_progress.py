"""The page of a bulletin that goes out, with JavaScript and without."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from mailings import scheduling, starting
from mailings.models import Bulletin, Delivery, Slowdown
from tests.make import make_subscriber


@pytest.fixture
def sending(bulletin) -> Bulletin:
    """A bulletin that goes out to six people at two domains."""
    for number in range(5):
        name = f"p{number}@{'traag' if number > 2 else 'lezer'}.example"
        make_subscriber(name, lists=list(bulletin.lists.all()))
    scheduling.schedule(bulletin, send_at=None)
    starting.start(bulletin)
    return bulletin


def url(bulletin) -> str:
    return reverse("admin:mailings_bulletin_progress", args=[bulletin.pk])


def mark(bulletin, status: str, how_many: int, **changes) -> None:
    rows = bulletin.deliveries.filter(status="queued").values_list("pk", flat=True)
    chosen = Delivery.objects.filter(pk__in=list(rows[:how_many]))
    chosen.update(status=status, **changes)


def slow_down(bulletin) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    slow = bulletin.deliveries.filter(domain="traag.example")
    slow.update(status="deferred", reason="450 busy", due_at=soon)
    Slowdown.objects.create(domain="traag.example", until=soon, reason="450 busy")


def test_reasons_and_slow_domains_come_by_themselves(new_page, editor, log_in, sending):
    page = log_in(new_page(language="en"), editor)
    page.goto(url(sending))
    expect(page.get_by_text("Not sent, and why")).not_to_be_visible()
    expect(page.locator(".domains")).to_contain_text("traag.example")
    page.evaluate("window.stayed = true")
    mark(sending, "failed", 1, reason="550 5.1.1 unknown")
    slow_down(sending)
    why = page.locator(".why-card")
    expect(why).to_contain_text("550 5.1.1 unknown")
    expect(page.locator(".domains .slowed")).to_contain_text("Its server is busy")
    assert page.evaluate("window.stayed")
    assert page.complaints == []


def test_without_javascript_it_tells_the_same_and_obeys(
    browser, live_server, editor_page, sending
):
    mark(sending, "sent", 3)
    slow_down(sending)
    context = browser.new_context(
        java_script_enabled=False, locale="en", base_url=live_server.url
    )
    context.add_cookies(editor_page.context.cookies())
    page = context.new_page()
    page.goto(url(sending))
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "10"
    expect(page.locator(".figure.large")).to_have_text("50%")
    expect(page.locator(".slowed")).to_contain_text("Its server is busy")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-part=notice]")).to_contain_text("Since")
    expect(page.locator(".count-left")).to_contain_text("stands still")
    mark(sending, "sent", 1)
    page.get_by_role("link", name="Refresh the figures").click()
    expect(page.locator(".figure.large")).to_have_text("66%")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".strip [aria-current]")).to_contain_text("Sending")
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_breaks_no_rule_of_accessibility_and_fits(
    new_page, editor, log_in, sending, axe, width, scheme
):
    page = log_in(new_page(width=width, language="en"), editor)
    page.emulate_media(color_scheme=scheme)
    mark(sending, "failed", 1, reason=f"550 5.1.1 {'x' * 120}")
    mark(sending, "in_doubt", 1, reason="x")
    slow_down(sending)
    page.goto(url(sending))
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

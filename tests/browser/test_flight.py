"""The way out of a bulletin, as the browser shows it."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from mailings import scheduling, starting
from mailings.models import Bulletin, Delivery
from senders.models import OutboxMail
from tests.make import make_subscriber

CAGED = (
    b"Subject: Proef\r\nTo: Noor <n@lezer.example>\r\n"
    b"Content-Type: text/html\r\n\r\n"
    b"<script>document.title = 'broken out'; top.document.title = 'worse'</script>"
    b"<a href='/u/forged' onclick='top.document.title = 1'>Afmelden</a>"
)


@pytest.fixture
def english(new_page, editor, log_in):
    return log_in(new_page(language="en"), editor)


@pytest.fixture
def sending(bulletin) -> Bulletin:
    """A bulletin that goes out to six people, of whom nobody has it yet."""
    for number in range(5):
        make_subscriber(f"p{number}@lezer.example", lists=list(bulletin.lists.all()))
    scheduling.schedule(bulletin, send_at=None)
    starting.start(bulletin)
    return bulletin


def url(name: str, bulletin) -> str:
    return reverse(f"admin:mailings_bulletin_{name}", args=[bulletin.pk])


def mark(bulletin, status: str, how_many: int) -> None:
    rows = bulletin.deliveries.filter(status="queued").values_list("pk", flat=True)
    Delivery.objects.filter(pk__in=list(rows[:how_many])).update(status=status)


def test_the_button_repeats_the_answer(english, bulletin):
    english.goto(url("schedule", bulletin))
    button = english.locator(".schedule-form button[type=submit]")
    expect(english.locator("#when-later")).to_be_checked()
    english.check("#when-now")
    expect(button).to_have_text("Send now to 1 person", use_inner_text=True)
    english.fill("#id_date", "2030-11-28")
    english.fill("#id_time", "22:05")
    expect(english.locator("#when-later")).to_be_checked()
    words = re.compile("Schedule for Thursday,? 28 November 2030, 22:05")
    expect(button).to_have_text(words, use_inner_text=True)
    assert english.complaints == []


def test_the_time_is_written_as_the_language_writes_it(editor_page, bulletin):
    editor_page.goto(url("schedule", bulletin))
    editor_page.fill("#id_time", "22:05")
    button = editor_page.locator(".schedule-form button[type=submit]")
    assert button.inner_text().endswith(", 22.05 uur")


def test_the_button_tells_the_truth_without_javascript(
    browser, live_server, editor_page, bulletin
):
    cookies = editor_page.context.cookies()
    context = browser.new_context(java_script_enabled=False, locale="en")
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(live_server.url + url("schedule", bulletin))
    button = page.locator(".schedule-form button[type=submit]")
    page.check("#when-later")
    assert button.inner_text() == "Schedule for the chosen time"
    page.check("#when-now")
    assert button.inner_text() == "Send now to 1 person"
    context.close()


def test_the_seconds_count_down_and_the_bulletin_is_taken_back(english, bulletin):
    english.goto(url("schedule", bulletin))
    english.check("#when-now")
    english.click(".schedule-form button[type=submit]")
    seconds = english.locator("[data-count]")
    expect(seconds).to_be_visible()
    begun = int(seconds.text_content())
    english.wait_for_function(
        "begun => Number(document.querySelector('[data-count]').textContent) < begun",
        arg=begun,
    )
    expect(english.locator(".leaving h2")).to_contain_text("seconds to 1 person")
    english.get_by_role("button", name="Take back").click()
    english.wait_for_url("**/change/")
    bulletin.refresh_from_db()
    assert bulletin.status == Bulletin.Status.DRAFT
    assert english.complaints == []


def test_the_figures_grow_without_a_reload_until_it_is_sent(english, sending):
    english.goto(url("progress", sending))
    expect(english.locator(".figure.large")).to_have_text("0%")
    english.evaluate("window.stayed = true")
    mark(sending, "sent", 3)
    expect(english.locator(".figure.large")).to_have_text("50%")
    mark(sending, "in_doubt", 1)
    expect(english.get_by_text("1 mail in doubt")).to_be_visible()
    assert english.evaluate("window.stayed")
    mark(sending, "sent", 2)
    sending.move_to(Bulletin.Status.SENT, finished_at=timezone.now())
    expect(english.get_by_role("link", name="Who got it").first).to_be_visible()
    assert english.complaints == []


def test_what_somebody_is_about_to_press_stays_where_it_is(english, sending):
    mark(sending, "in_doubt", 1)
    english.goto(url("progress", sending))
    leave = english.get_by_role("button", name="Leave it")
    leave.focus()
    mark(sending, "in_doubt", 1)
    mark(sending, "sent", 1)
    expect(english.locator(".figure.large")).to_have_text("50%")
    expect(leave).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_of_the_way_out_breaks_a_rule_of_accessibility(
    new_page, editor, log_in, sending, axe, width
):
    page = log_in(new_page(width=width), editor)
    mark(sending, "in_doubt", 1)
    mark(sending, "failed", 1)
    found = []
    for name in ("progress", "cancel", "deliveries"):
        page.goto(url(name, sending))
        found += axe(page)
    scheduling.pause(sending, reason="535 5.7.8 refused")
    page.goto(url("progress", sending))
    found += axe(page)
    page.goto("/admin/mailings/bulletin/")
    found += axe(page)
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_mail_in_the_outbox_runs_nothing_and_its_links_open_beside_it(english):
    OutboxMail.objects.create(recipient="n@lezer.example", subject="x", source=CAGED)
    english.goto("/admin/senders/outboxmail/")
    link = english.frame_locator(".mail-body iframe").get_by_role("link")
    expect(link).to_have_text("Afmelden")
    assert "Bode" in english.title()
    with english.context.expect_page() as opened:
        link.click()
    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/u/forged")
    assert "Bode" in english.title()


def test_a_mail_opened_apart_is_still_caged(english):
    OutboxMail.objects.create(recipient="n@lezer.example", subject="x", source=CAGED)
    english.goto("/admin/senders/outboxmail/")
    with english.context.expect_page() as opened:
        english.get_by_role("link", name="Open apart").click()
    apart = opened.value
    expect(apart.get_by_role("link", name="Afmelden")).to_be_visible()
    assert "broken out" not in apart.title()

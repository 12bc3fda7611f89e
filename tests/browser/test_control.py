"""What an editor does afterwards, as the browser shows it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from mailings import correcting, settling
from tests.mailings.flying import url
from tests.mailings.sending import statuses
from tests.mailings.test_settling import make_ended

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ended():
    bulletin = make_ended(
        "sent", "failed", "failed", "in_doubt", "in_doubt", "in_doubt"
    )
    settling.leave_it(bulletin.deliveries.order_by("pk").last(), by="Joris")
    return bulletin


@pytest.fixture
def without_scripts(browser, live_server, editor, log_in):
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, locale="en"
    )
    context.set_default_timeout(10_000)
    yield log_in(context.new_page(), editor)
    context.close()


def test_the_button_says_how_many_get_it_once_more(without_scripts, ended):
    page = without_scripts
    page.goto(url("again", ended))
    button = page.locator("form.again button[type=submit]")
    failed, in_doubt = page.locator("#kind-failed"), page.locator("#kind-in_doubt")
    expect(failed).not_to_be_checked()
    expect(in_doubt).not_to_be_checked()

    def says() -> str:
        return " ".join(button.inner_text().split())

    assert says() == "Send again"
    failed.check()
    assert says() == "Send again to 2 people"
    in_doubt.check()
    assert says() == "Send again to 4 people"
    failed.uncheck()
    assert says() == "Send again to 2 people"
    button.click()
    expect(page.locator(".messagelist")).to_contain_text("2 people get the mail")
    assert statuses(ended) == ["sent", "failed", "failed", *["queued"] * 2, "in_doubt"]


def test_all_in_doubt_are_left_and_the_page_tells_who_did_it(without_scripts, ended):
    page = without_scripts
    page.goto(url("progress", ended))
    page.get_by_role("button", name="Leave all 2").click()
    expect(page.locator(".doubt")).to_have_count(0)
    first = page.locator(".trail-steps .row").first
    expect(first).to_contain_text("Left as it is · 2 mails")
    expect(first).to_contain_text("marit")


def test_a_correction_is_written_from_the_statement(without_scripts, ended):
    page = without_scripts
    page.goto(url("deliveries", ended))
    page.get_by_role("button", name="Write a correction").click()
    expect(page.locator("h1")).to_contain_text("Correct")
    expect(page.locator(".compose-note").first).to_contain_text("exactly those who got")


def test_the_lists_of_a_correction_stand_fast(new_page, editor, log_in, ended):
    page = log_in(new_page(language="en"), editor)
    page.goto(url("change", correcting.begin(ended)))
    lists = page.locator("details[data-choice=lists]")
    expect(lists.locator(".choice-value")).to_contain_text("1 recipient")
    lists.locator("summary").click()
    expect(lists.locator("input[name=lists]")).to_be_disabled()
    assert page.complaints == []


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_of_it_breaks_a_rule_or_is_too_wide(
    new_page, editor, log_in, axe, ended, width
):
    page = log_in(new_page(width=width, language="en"), editor)
    correction = correcting.begin(ended, by="Marit")
    pages = [url(name, ended) for name in ("again", "history", "progress")]
    pages += [url("change", correction), url("schedule", correction)]
    pages.append(reverse("admin:mailings_bulletin_changelist"))
    for address in pages:
        page.goto(address)
        assert axe(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert (address, wide) == (address, width)
    assert page.complaints == []

"""A held bulletin, as the browser shows it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from mailings import scheduling
from mailings.models import Bulletin
from tests.mailings.sending import make_held_bulletin
from tests.make import make_organisation


@pytest.fixture
def held() -> Bulletin:
    make_organisation()
    return make_held_bulletin(people=3)


def url(name: str, bulletin: Bulletin) -> str:
    return reverse(f"admin:mailings_bulletin_{name}", args=[bulletin.pk])


@pytest.fixture
def english(new_page, editor, log_in):
    return log_in(new_page(language="en"), editor)


def test_it_is_sent_after_all_by_one_press_and_can_be_taken_back(english, held):
    english.goto(url("progress", held))
    english.click("text=Send now to 3 people")
    expect(english.locator(".leaving h2")).to_contain_text("seconds to 3 people")
    english.click("text=Take back")
    english.wait_for_url(f"**{url('change', held)}")
    held.refresh_from_db()
    assert held.status == Bulletin.Status.DRAFT
    assert english.complaints == []


def test_another_time_is_chosen_on_the_page_that_asks_when(english, held):
    english.goto(url("progress", held))
    english.click("text=Choose another time")
    english.fill("#id_date", "2030-11-28")
    english.fill("#id_time", "22:05")
    english.click(".schedule-form button[type=submit]")
    expect(english.locator(".leaving h2")).to_contain_text("28 Nov 2030, 22:05")
    assert english.complaints == []


def test_what_a_colleague_decides_shows_by_itself(english, held):
    english.clock.install()
    english.goto(url("progress", held))
    scheduling.release_now(held)
    english.clock.fast_forward(20_000)
    expect(english.locator(".leaving h2")).to_contain_text("seconds to 3 people")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(new_page, editor, log_in, axe, held, width, theme):
    page = log_in(new_page(width=width), editor)
    page.emulate_media(color_scheme=theme)
    for name in ("progress", "schedule"):
        page.goto(url(name, held))
        assert axe(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, name
    page.goto(url("progress", held))
    heights = page.locator(".leaving :is(.button)").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert len(heights) == 3
    assert min(heights) >= (44 if width == 390 else 40)

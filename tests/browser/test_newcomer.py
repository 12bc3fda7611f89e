"""Somebody who has just typed `make run`, and what they see."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running import Run, copy_project, words

HURRY = {"UNDO_SECONDS": "6", "PACE": "40"}
ANNOUNCEMENT = "Handreiking hoogwater"
READER = "Noor Wiersma"
LOOKS = [("nl", 390), ("nl", 1280), ("en", 1280)]
PAGES = [
    "/admin/",
    "/admin/password_change/",
    "/admin/mailings/bulletin/",
    "/admin/mailings/bulletin/?status__exact=nonsense",
    "/admin/mailings/bulletin/add/",
    "/admin/mailings/bulletin/{ready}/change/",
    "/admin/mailings/bulletin/{mistaken}/change/",
    "/admin/mailings/bulletin/{mistaken}/schedule/",
    "/admin/mailings/bulletin/{mistaken}/delete/",
    "/admin/mailings/bulletin/{ready}/schedule/",
    "/admin/mailings/bulletin/{sent}/change/",
    "/admin/mailings/bulletin/{sent}/progress/",
    "/admin/mailings/bulletin/{sent}/deliveries/",
    "/admin/mailings/layout/",
    "/admin/mailings/layout/1/change/",
    "/admin/senders/sender/",
    "/admin/senders/sender/add/",
    "/admin/senders/sender/1/change/",
    "/admin/senders/organisation/1/change/",
    "/admin/senders/outboxmail/",
    "/admin/subscribers/subscriber/",
    "/admin/subscribers/subscriber/1/change/",
    "/admin/subscribers/subscriber/add/",
    "/admin/subscribers/mailinglist/",
    "/admin/subscribers/mailinglist/1/change/",
    "/admin/auth/user/",
    "/admin/auth/user/1/change/",
    "/admin/auth/group/",
    "/admin/nothing-here/",
    "/u/forged",
    "/nothing-here",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = copy_project(tmp_path_factory.mktemp("newcomer") / "bode")
    running = Run(folder, settings=HURRY).start()
    try:
        yield running.until_login()
    finally:
        running.clean_up()


@pytest.fixture
def visit(browser: Browser, run: Run):
    """Open a browser at the site: `visit(width, language, log_in=True)`."""
    contexts = []

    def opened(width: int, language: str = "nl", *, log_in: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale=language,
            base_url=f"http://127.0.0.1:{run.port}",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        if log_in:
            address, name, password = words(run.login)
            page.goto(address)
            page.fill("#id_username", name)
            page.fill("#id_password", password)
            page.press("#id_password", "Enter")
            page.wait_for_url("**/admin/")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def bulletins(run: Run) -> dict[str, int]:
    with sqlite3.connect(run.folder / "bode.sqlite3") as database:
        rows = database.execute("SELECT id, subject, status FROM mailings_bulletin")
        found = {}
        for pk, subject, status in rows:
            ready = "ready" if ANNOUNCEMENT in subject else "mistaken"
            found["sent" if status == "sent" else ready] = pk
    return found


def _forget_the_outside(page: Page) -> None:
    """What is not on this machine is not asked for."""
    page.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_no_page_breaks_a_rule_of_accessibility(visit, axe, bulletins, language, width):
    page = visit(width, language)
    _forget_the_outside(page)
    found = {}
    for path in PAGES:
        page.goto(path.format(**bulletins))
        if violations := axe(page):
            found[path] = violations
    stranger = visit(width, language, log_in=False)
    stranger.goto("/admin/login/")
    if violations := axe(stranger):
        found["login"] = violations
    assert found == {}


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_page_is_wider_than_the_screen(visit, bulletins, width):
    page = visit(width)
    _forget_the_outside(page)
    wide = []
    for path in PAGES:
        page.goto(path.format(**bulletins))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    assert wide == []


def _send_now(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Plannen")).click()
    page.wait_for_url("**/schedule/")
    page.get_by_label("Nu", exact=True).check()
    page.get_by_role("button", name=re.compile("^Verstuur nu naar 39")).click()
    page.wait_for_url("**/progress/")


def test_the_first_half_hour(visit, axe, run: Run, tmp_path: Path):
    page = visit(1280)
    page.goto("/admin/mailings/bulletin/")
    page.get_by_role("link", name=re.compile(ANNOUNCEMENT)).first.click()
    mail = page.frame_locator("#preview-stage iframe:not(.arriving)")
    expect(mail.locator("h1")).to_contain_text(ANNOUNCEMENT)

    _send_now(page)
    assert axe(page) == []
    page.get_by_role("button", name="Terugnemen").click()
    expect(page.get_by_text("Teruggenomen: er is niets weg")).to_be_visible()
    page.goto("/admin/senders/outboxmail/")
    expect(page.get_by_role("link", name=re.compile(ANNOUNCEMENT))).to_have_count(0)

    page.goto("/admin/mailings/bulletin/")
    page.get_by_role("link", name=re.compile(ANNOUNCEMENT)).first.click()
    _send_now(page)
    expect(page.locator(".page-head .badge, .badge").first).to_contain_text(
        "Verzonden", timeout=40_000
    )
    assert axe(page) == []
    page.goto("/admin/senders/outboxmail/")
    page.get_by_role("searchbox").fill(READER)
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name=re.compile(ANNOUNCEMENT)).first.click()
    read = page.frame_locator("iframe")
    expect(read.locator("h1")).to_contain_text(ANNOUNCEMENT)
    expect(read.locator("body")).to_contain_text("Beste mevrouw Wiersma,")

    with page.expect_popup() as opened:
        read.get_by_role("link", name="Afmelden").click()
    reader = opened.value
    expect(reader.get_by_role("heading", level=1)).to_have_text("Wilt u zich afmelden?")
    assert axe(reader) == []
    reader.get_by_role("button", name="Ja, meld mij af").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("U bent afgemeld")
    assert axe(reader) == []
    reader.get_by_role("button", name=re.compile("Toch niet")).click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("U bent weer aangemeld")
    assert axe(reader) == []

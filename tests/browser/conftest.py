"""A real browser. Without Chromium these tests fail: they are never left out."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from mailings.models import Bulletin
from tests.make import make_bulletin, make_organisation, make_subscriber

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Playwright's own loop runs in this thread, and Django takes that for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Make pages, each in a context of its own: `new_page(width=390, language="en")`.

    `page.complaints` are the errors of its console, and what the
    Content-Security-Policy refused.
    """
    contexts: list[BrowserContext] = []

    def make(*, width: int = 1280, height: int = 900, language: str = "nl") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            base_url=live_server.url,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: _note(page, said))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()


def _note(page: Page, said: Any) -> None:
    if said.type == "error":
        page.complaints.append(f"{said.text} ({said.location.get('url', '')})")


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page on which nobody is logged in."""
    return new_page()


@pytest.fixture
def editor() -> User:
    """Who writes and sends, and may do everything else as well."""
    return User.objects.create_superuser("marit", "marit@lageland.example", "geheim")


@pytest.fixture
def log_in(live_server: Any) -> Callable[[Page, User], Page]:
    """Give a page the session of this user, without the login form."""

    def give(page: Page, user: User) -> Page:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": session,
                    "url": live_server.url,
                }
            ]
        )
        return page

    return give


@pytest.fixture
def editor_page(page: Page, editor: User, log_in: Callable[[Page, User], Page]) -> Page:
    """A page on which an editor is logged in."""
    return log_in(page, editor)


@pytest.fixture
def bulletin() -> Bulletin:
    """A draft that is ready to go out to one reader, Samira El Idrissi."""
    make_organisation()
    bulletin = make_bulletin()
    make_subscriber(
        lists=list(bulletin.lists.all()),
        first_name="Samira",
        last_name="El Idrissi",
        salutation="mevrouw El Idrissi",
    )
    return bulletin


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """What axe-core has against a page, by the rules of WCAG 2.1 A and AA."""
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}

    def check(page: Page) -> list[str]:
        found = Axe().run(page, options=rules).response["violations"]
        return [
            f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]

    return check

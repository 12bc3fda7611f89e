"""The banner above every page, as it is drawn: for everybody, on every screen."""

import pytest
from django.core.cache import cache

from bode import banner
from tests.ledgers import make_gone
from tests.make import make_organisation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _no_sender(monkeypatch):
    cache.clear()
    make_organisation()
    make_gone("sent")
    monkeypatch.setattr(banner, "STARTED", banner.STARTED - banner.GRACE - 1)


@pytest.mark.usefixtures("_no_sender")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_banner_is_read_by_everybody_and_fits(
    new_page, editor, log_in, axe, width, scheme
):
    page = log_in(new_page(width=width, language="en"), editor)
    page.emulate_media(color_scheme=scheme)
    page.goto("/admin/")
    assert page.locator(".banner").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert axe(page) == []
    assert page.complaints == []


@pytest.mark.usefixtures("_no_sender")
def test_the_page_of_health_is_read_by_everybody(new_page, axe):
    page = new_page(width=390, language="en")
    assert page.goto("/healthz").status == 200
    assert page.locator(".facts li").count() == 3
    assert page.locator(".facts .wrong").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert axe(page) == []
    assert page.complaints == []

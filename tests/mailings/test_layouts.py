"""Layouts in the admin."""

import pytest
from django.urls import reverse

from mailings.models import Layout
from tests.editors import make_chief, read
from tests.make import make_bulletin


@pytest.fixture
def chief():
    return make_chief()


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

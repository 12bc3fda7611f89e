"""The organisation's logo in the letter."""

from io import BytesIO

import pytest
from PIL import Image

from mailings.editions import compile_edition
from mailings.models import Layout
from tests.make import make_bulletin, make_organisation


def logo(width, height):
    made = BytesIO()
    Image.new("RGB", (width, height), "#0E5A4F").save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize(
    ("size", "shown"),
    [((80, 80), (40, 40)), ((800, 80), (200, 20)), ((10, 20), (20, 40))],
)
def test_the_logo_is_shown_at_its_own_proportions(size, shown):
    make_organisation(logo=logo(*size))
    html = compile_edition(make_bulletin()).html
    attributes = 'width="{}" height="{}" alt="Gemeenteverbond Lageland"'
    assert attributes.format(*shown) in html
    assert 'src="http://127.0.0.1:8000/' in html


def test_a_layout_may_leave_the_logo_out():
    make_organisation(logo=logo(80, 80))
    Layout.objects.default()
    Layout.objects.update(show_logo=False)
    assert "<img" not in compile_edition(make_bulletin()).html


def test_without_an_organisation_the_letter_is_its_sender_s():
    html = compile_edition(make_bulletin()).html
    assert "Gemeenteverbond Lageland" in html
    assert "Bode" not in html

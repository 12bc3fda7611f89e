"""Personal places against who would break out of a tag with them."""

import pytest
from bs4 import BeautifulSoup

from mailings.rendering.composing import compose
from tests.mailings.rendering.test_composing import LINK, make_content, texts_of


@pytest.mark.parametrize(
    "body",
    [
        '<a title="{{ name|">a}}</a><a title=" onmouseover=alert(1) x">b</a>',
        '<p>{{ name|<a title="}}<img src=x onerror=alert(1)>">a</a></p>',
        "<p>{{ name|<a title=' onmouseover=alert(1) x='>a</a> }}"
        '<a href="https://x.example/bodeplace&#48;q0x">b</a></p>',
        "<p>{{ name|<a title=' onmouseover=alert(1) x='>a</a> }}"
        '<a href="https://x.example/{{ name }}">b</a></p>',
        '<a href="{{ name|javascript:alert(1) }}">a</a>',
        '<a href="java{{ name|script }}:alert(1)">a</a>',
        '<a href="%7B%7B name|javascript:alert(1) %7D%7D">a</a>',
        "<img src=\"https://x.example/{{ name|' onerror=alert(1) x=' }}\">",
    ],
)
@pytest.mark.parametrize("values", [{}, {"name": "Jo"}])
def test_no_place_breaks_out_of_the_tag_that_it_stands_in(body, values):
    _subject, html, _text = texts_of(compose(make_content(body=body)), **values)
    for tag in BeautifulSoup(html, "lxml").find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert "script:" not in str(tag.get("href", ""))


def test_a_place_inside_a_fallback_is_put_in_and_the_outer_one_is_none():
    body = '<p>{{ name|<a href="{{ unsubscribe_url }}">weg</a> }}</p>'
    _subject, html, _text = texts_of(compose(make_content(body=body)))
    link = BeautifulSoup(html, "lxml").find("a", string="weg")
    assert link["href"] == LINK
    assert "{{ name|" in html


def test_a_link_behind_the_readers_own_way_out_keeps_its_address():
    body = '<p><a href="{{ unsubscribe_url }}?lang=en">weg</a></p>'
    _subject, html, _text = texts_of(compose(make_content(body=body)))
    assert f'href="{LINK}?lang=en"' in html

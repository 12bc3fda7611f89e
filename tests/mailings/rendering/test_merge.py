import pytest

from mailings.rendering.merge import (
    FIELDS,
    Kind,
    Places,
    compile_pieces,
    fill,
    known,
)


def merged(source, values, *, kind=Kind.TEXT, language="nl"):
    places = Places()
    hidden = places.hide_in_html(source) if kind is Kind.HTML else places.hide(source)
    compiled = places.reveal(hidden, kind)
    return fill(compile_pieces(compiled, language=language), values, kind)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_put_in(field):
    assert merged(f"a {{{{ {field} }}}} b", {field: "Jo"}) == "a Jo b"


@pytest.mark.parametrize("place", ["{{name}}", "{{ name }}", "{{\xa0name\xa0}}"])
def test_spaces_inside_the_braces_do_not_matter(place):
    assert merged(place, {"name": "Jo"}) == "Jo"


def test_a_hard_space_that_an_editor_typed_does_not_matter():
    assert merged("{{&nbsp;name }}", {"name": "Jo"}, kind=Kind.HTML) == "Jo"


def test_a_fallback_stands_where_there_is_no_value():
    assert merged("Beste {{ first_name|lezer }}!", {}) == "Beste lezer!"
    assert merged("Beste {{ first_name|lezer }}!", {"first_name": "Jo"}) == "Beste Jo!"


def test_a_field_without_value_or_fallback_is_nothing():
    assert merged("a{{ name }}b{{ function| }}c", {}) == "abc"


def test_a_value_is_never_a_place_again():
    values = {"name": "{{ email }}", "email": "jo@example.org"}
    assert merged("{{ name }} {{ name }}", values) == "{{ email }} {{ email }}"


def test_a_fallback_is_never_a_place_again():
    places = Places()
    hidden = places.hide("{{ name|braces }}")
    assert places.reveal(hidden, Kind.TEXT) == "{{ name|braces }}"


@pytest.mark.parametrize(
    "text",
    [
        "{{ settings.SECRET_KEY }}",
        "{{ 7*7 }}",
        "{% load static %}",
        "{% debug %}",
        "{% include 'admin/login.html' %}",
        "{{ subscriber.list.owner.password }}",
        "{{ request }}",
        "{{ Name }}",
        "{{ name.upper }}",
        "{{ name|upper|lower }",
        "{{ braces }}",
        "{{ url:name }}",
        "{{ name",
        "{{ {{ }} }}",
        "${7*7} #{7*7} <%= 7*7 %>",
        "{{",
        "}}",
    ],
)
def test_whatever_else_looks_like_a_template_stays_as_it_is(text):
    assert merged(text, {"name": "NO"}) == text
    assert merged(text, {"name": "NO"}, kind=Kind.HTML) == text


def test_a_place_between_braces_that_are_none_is_found():
    assert merged("{{{ name }}}", {"name": "Jo"}) == "{Jo}"
    assert merged("{{ {{ name }} }}", {"name": "Jo"}) == "{{ Jo }}"


def test_a_text_that_holds_a_token_of_ours_is_not_mistaken():
    assert merged("bodeplace0q0x {{ name }}", {"name": "Jo"}) == "bodeplace0q0x Jo"


def test_a_value_is_escaped_in_html_and_plain_in_text():
    values = {"name": "<b>\"A\" & 'B'</b>"}
    escaped = "&lt;b&gt;&quot;A&quot; &amp; &#x27;B&#x27;&lt;/b&gt;"
    assert merged("{{ name }}", values, kind=Kind.HTML) == escaped
    assert merged("{{ name }}", values) == values["name"]


def test_a_value_inside_a_link_is_quoted():
    places = Places()
    compiled = places.reveal(places.hide("{{ name }}", in_url=True), Kind.HTML)
    pieces = compile_pieces(compiled, language="nl")
    assert fill(pieces, {"name": "javascript:a&b"}, Kind.HTML) == "javascript%3Aa%26b"


def test_a_fallback_in_html_stays_html_and_is_plain_in_text():
    places = Places()
    hidden = places.hide_in_html("{{ name|<em>caf&eacute;</em> &amp; zo }}")
    assert places.reveal(hidden, Kind.HTML) == (
        "{{ name|<em>caf&eacute;</em> &amp; zo }}"
    )
    assert places.reveal(hidden, Kind.TEXT) == "{{ name|café & zo }}"


def test_the_salutation_is_as_imported_else_the_name_else_a_word():
    imported = {"salutation": "mevrouw Wiersma", "name": "Nynke Wiersma"}
    parts = {"first_name": "Jan", "infix": "van der", "last_name": "Meer"}
    assert merged("{{ salutation }}", known(imported, "")) == "mevrouw Wiersma"
    assert merged("{{ salutation }}", known(parts, "")) == "Jan van der Meer"
    assert merged("{{ salutation }}", known({}, "")) == "lezer"


def test_the_editor_s_own_word_goes_before_ours():
    assert merged("Beste {{ salutation }}", known({}, "")) == "Beste lezer"
    assert merged("Dear {{ salutation }}", {}, language="en") == "Dear reader"
    assert merged("Beste {{ salutation|lid }}", known({}, "")) == "Beste lid"


def test_a_value_is_one_line_without_control_characters():
    values = {"name": "Jo\r\nBcc: x\x00\x1b\u2028\u0085\u202eoJ\ud800 "}
    assert known(values, "a\nb")["name"] == "Jo Bcc: x oJ?"
    assert known(values, "a\nb")["email"] == "a b"

import pytest
from django.core.exceptions import ValidationError

from senders.text import default_language, one_line, validate_one_line

UNSAFE = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    "\u2028",
    "\u2029",
    "\u202a",
    "\u202e",
    "\u2066",
    "\u2069",
]


@pytest.mark.parametrize("character", UNSAFE, ids=ascii)
def test_a_character_that_breaks_a_header_is_refused_and_can_be_cleaned(character):
    text = f"Nieuws{character}brief"
    with pytest.raises(ValidationError):
        validate_one_line(text)
    assert one_line(text) == "Nieuws brief"
    validate_one_line(one_line(text))


@pytest.mark.parametrize(
    "text", ["", "Nieuwsbrief", "Ágnes 👩‍👩‍👧 – “x”", "أحمد", "a\xa0b", "x" * 300]
)
def test_ordinary_text_of_any_script_is_left_as_it_is(text):
    validate_one_line(text)


def test_spaces_are_folded_to_one():
    assert one_line("  a \t b\n\n c  ") == "a b c"


def test_who_chose_no_language_gets_the_default_one(settings):
    settings.LANGUAGE_CODE = "en"
    assert default_language() == "en"

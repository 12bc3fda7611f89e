"""Cells of a list, which on a phone stand without the head of their column."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def before(word: str, value: object) -> SafeString:
    """The value, on a phone after its word: “seen by: everyone”."""
    return format_html('<span class="phone-only">{}: </span>{}', word, value)


def after(value: object, word: str) -> SafeString:
    """The value, on a phone before its word: “34 subscribers”."""
    return format_html('{}<span class="phone-only"> {}</span>', value, word)

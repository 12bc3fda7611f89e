"""Text from outside that goes into a header or onto one line."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# C0 and C1 controls, line and paragraph separators, and the marks that turn the
# direction of text around: none of them belongs in a header (RFC 5322 section 2.2).
# And half a character of UTF-16, which JSON can hold and no database.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def one_line(text: str) -> str:
    """The text with every unsafe character as a space, and spaces folded to one."""
    return " ".join(UNSAFE.sub(" ", text).split())


def validate_one_line(text: str) -> None:
    """Raise ValidationError where the text holds a line break or control character."""
    if UNSAFE.search(text):
        raise ValidationError(
            _("Write this on one line, without control characters."), code="unsafe"
        )


def default_language() -> str:
    """The language of whoever has not chosen one: LANGUAGE_CODE."""
    return settings.LANGUAGE_CODE

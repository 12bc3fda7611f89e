"""Keeps readers out of the log: their addresses, and the tokens that act for them."""

import re

_PART = r"""[^\s"'<>()\[\]{},;:=&?/\\]"""
_HIDDEN = (
    # The path of a reader's page; with its token anybody could act for them.
    (re.compile(r"(/(?:u|undo|invitation)/)[^\s?\"]+"), r"\1…"),
    # What Django makes for a link that chooses a password.
    (re.compile(r"\b[0-9a-z]{5,8}-[0-9a-f]{32}\b"), "…"),
    # An address, also within a URL; and the password of a URL, which looks like one.
    # Bounded, so that a long line costs no more than it is long.
    (re.compile(rf'(?:"[^"\n]{{0,100}}"|{_PART}{{1,320}})(?:@|%40){_PART}+'), "…@…"),
)


def hide(text: str) -> str:
    """The text without any address, token of a link or password of a URL."""
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    return text

"""Whatever wrote a bulletin's HTML, only these tags and links leave (nh3)."""

import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import unquote

import nh3

_TABLE = {"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot"}
_TABLE |= {"tr", "th", "td"}
TAGS = {"p", "h2", "h3", "strong", "em", "u", "s", "sub", "sup", "a", "br", "hr"}
TAGS |= {"ul", "ol", "li", "blockquote", "img"} | _TABLE
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
# What other editors write, in our tags. A div is a paragraph here.
_SAME = {"h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3", "b": "strong", "i": "em"}
_SAME |= {"strike": "s", "del": "s", "ins": "u"}
_SAME |= dict.fromkeys(["div", "section", "article", "header", "footer", "main"], "p")
_NUMBERS = {"width", "height", "start", "colspan", "rowspan"}

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Possessive, so that a megabyte of hostile text takes no longer than one of prose.
_TAG = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9]*+)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>"
)
_EMPTY = re.compile(r"<p>(?:\s|&nbsp;)*</p>")
_NO_SOURCE = re.compile(r'<img(?! src| [^>]* src)(?: alt="([^"]*)")?[^>]*>')
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
# A browser or a converter may have quoted the braces of a personal place.
_QUOTED_PLACE = re.compile(r"%7B%7B(?:(?!%7B|%7D).)*+%7D%7D", re.IGNORECASE)
# Beyond about 254 levels lxml drops text without a word, and a table takes four.
_DEEPEST = 45
_CLOSE_THEMSELVES = {"p", "li", "br", "hr", "img"} | _TABLE - {"table"}

AttributeFilter = Callable[[str, str, str], str | None]


def sanitise(source: str, *, attribute: AttributeFilter | None = None) -> str:
    """Return HTML of the allowed tags, links and images alone, and no text lost.

    `attribute` may change each value that is kept: it is given tag, name and value.
    """

    def keep(tag: str, name: str, value: str) -> str | None:
        kept = _attribute(tag, name, value)
        return attribute(tag, name, kept) if attribute and kept is not None else kept

    clean = nh3.clean(
        _flatten(_TAG.sub(_in_our_tags, _CONTROLS.sub("", source))),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        url_schemes=SCHEMES,
        link_rel=None,
    )
    clean = _NO_SOURCE.sub(lambda found: found[1] or "", _CONTROLS.sub("", clean))
    return _EMPTY.sub("", _flatten(clean)).strip()


def _in_our_tags(found: re.Match[str]) -> str:
    ours = _SAME.get(found[2].lower())
    return f"<{found[1]}{ours}>" if ours else found[0]


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in _NUMBERS:
        return value if value.isascii() and value.isdigit() else None
    if name not in ("href", "src"):
        return value
    value = _QUOTED_PLACE.sub(lambda found: unquote(found[0]), value)
    if _CONTROLS.search(value):
        return None
    scheme = _SCHEME.match(value)
    if tag == "img":
        # No relative picture, no data: and no cid: reaches a reader.
        return value if scheme and scheme[1].lower() in ("http", "https") else None
    # An empty, relative or # link stays, so that preflight can name it.
    return None if scheme and scheme[1].lower() not in SCHEMES else value


def _flatten(source: str) -> str:
    """Drop the tags that nest too deep, and keep their text."""
    kept: Counter[str] = Counter()
    dropped: Counter[str] = Counter()

    def pass_on(found: re.Match[str]) -> str:
        name = found[2].lower()
        if name in _CLOSE_THEMSELVES:
            return found[0]
        if not found[1]:
            counter = kept if kept.total() < _DEEPEST else dropped
            counter[name] += 1
            return found[0] if counter is kept else ""
        if dropped[name]:
            dropped[name] -= 1
            return ""
        kept[name] -= kept[name] > 0
        return found[0]

    return _TAG.sub(pass_on, source)

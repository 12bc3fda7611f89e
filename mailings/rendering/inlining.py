"""CSS into style attributes, by premailer: once per bulletin, and never by network.

With `allow_network=False` premailer still lets cssutils follow an @import, to any host
and to local files, without a time limit; with its defaults it also takes !important
out of media queries and cuts deep HTML off without a word.
"""

import logging
import re
from functools import lru_cache
from threading import Lock
from typing import Any

import cssutils
from lxml import etree
from premailer import Premailer

# cssutils keeps whether it raises in a global, and turns it while it parses.
_ONE_AT_A_TIME = Lock()


class TooDeep(ValueError):
    """The HTML nests so deep that the parser would drop what stands inside."""


def inline(html: str) -> str:
    """The document with its styles on its elements, and its style tags kept.

    Raises TooDeep rather than lose text. Reads no file and opens no connection.
    """
    if not html.strip():
        return ""
    parser = etree.HTMLParser(encoding="utf-8")
    tree: Any = etree.fromstring(html.encode(), parser).getroottree()
    if any("depth" in str(error.message) for error in parser.error_log):
        raise TooDeep("The HTML nests too deep to be sent.")
    _cut_outside_styles(tree)
    with _ONE_AT_A_TIME:
        _Inliner(
            allow_network=False,
            allow_loading_external_files=False,
            strip_important=False,
            keep_style_tags=True,
            disable_validation=True,
            # Outlook takes these as whole pixels, whatever the CSS says.
            disable_basic_attributes=["width", "height"],
            cssutils_logging_level=logging.CRITICAL,
        ).transform(tree.getroot())
    return str(etree.tostring(tree, method="html", encoding="unicode"))


class _Inliner(Premailer):
    def _parse_css_string(self, css_body: str, validate: bool = True) -> Any:
        return _parse(css_body)

    def _load_external(self, url: str) -> str:
        return ""


def _fetch_nothing(url: str) -> tuple[str, bytes]:
    return "utf-8", b""


@lru_cache(maxsize=8)
def _parse(css: str) -> Any:
    parser = cssutils.CSSParser(
        fetcher=_fetch_nothing, validate=False, loglevel=logging.CRITICAL
    )
    return parser.parseString(css)


# A backslash may spell any letter of it, so whatever is at the place of an at-rule and
# ends like one without a block goes, @charset and @namespace too.
_AT_STATEMENT = re.compile(r"@[^;{}\"'(]*(?:\"[^\"]*\"|'[^']*'|\([^)]*\)|[^;{}\"'(])*;")


def _cut_outside_styles(tree: Any) -> None:
    """Take out what would make the reader's program, or ours, load a style sheet."""
    for link in list(tree.iterfind(".//link")):
        if "stylesheet" in link.get("rel", "").lower():
            _remove(link)
    for style in tree.iterfind(".//style"):
        style.text = _AT_STATEMENT.sub("", style.text or "")


def _remove(element: Any) -> None:
    parent, before = element.getparent(), element.getprevious()
    tail = element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)

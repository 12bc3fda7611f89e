"""Markdown to the HTML of a bulletin's body (CommonMark, with tables)."""

import html
import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from mailings.rendering.merge import LINK
from mailings.rendering.parsing import parse

# Our own way out as a Markdown link: CommonMark takes no space in an address.
_PLACE = re.compile(rf"\]\(\s*<?\{{\{{\s*{LINK}\s*\}}\}}>?\s*\)")
_TAG = re.compile(r"</?([A-Za-z][\w-]*+)[^<>]*+>")
# HTML that the sanitiser drops with all that it holds; other unknown tags are words.
_DROPPED = {"script", "style"}


class _Renderer(RendererHTML):
    """Lets HTML through to the sanitiser, and keeps “<name>” as the words it is."""

    def html_inline(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return _TAG.sub(_tag_or_words, tokens[idx].content)

    def html_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return _TAG.sub(_tag_or_words, tokens[idx].content)


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Take any: the sanitiser drops the bad ones, and preflight names them."""
        return True


def to_html(text: str) -> str:
    """The HTML of some Markdown, not yet sanitised.

    A link to our own way out leads to “unsubscribe_url”, without braces.
    """
    return _parser().render(_PLACE.sub(f"](<{LINK}>)", text))


def to_words(text: str) -> str:
    """One line of Markdown without its marks."""
    inline = _parser().renderInline(text)
    return " ".join(parse(inline).get_text().split())


def _parser() -> MarkdownIt:
    return _Parser("commonmark", renderer_cls=_Renderer).enable("table")


def _tag_or_words(found: re.Match[str]) -> str:
    known = found[1].lower() in nh3.ALLOWED_TAGS | _DROPPED
    return found[0] if known else html.escape(found[0], quote=False)

"""The sentence that says how to leave: its link becomes the reader's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from mailings.rendering.merge import LINK

PLACE = f"{{{{ {LINK} }}}}"
_PARAGRAPHS = ["p", "li", "td", "th", "blockquote", "div"]
# A question belongs to its answer: “Geen mail meer? Klik hier.” is one sentence.
_SENTENCE = re.compile(r"(?:[^.!]|[.!](?=\S))+[.!]*")
_LEAVE = re.compile(
    r"\b(?:uitschrijv\w*|uit\s+te\s+schrijven|schrijf\s+(?:u|je)\b[^.!]{0,40}\buit\b"
    r"|afmeld\w*|af\s+te\s+melden|meldt?\s+(?:u|je)(?:\s+(?!aan\b)\w+){0,5}\s+af\b"
    r"|unsubscri\w*|opt(?:ing)?[ -]?out)",
    re.IGNORECASE,
)
# Said in many words, and of mail alone.
_NO_MORE = re.compile(
    r"\b(?:wilt?|willen|wenst?|liever)\b[^.!]{0,80}\b(?:geen|niet)\b[^.!]{0,60}\bontvang"
    r"|\b(?:geen|niet)\b[^.!]{0,60}\b(?:meer|langer|wilt?|wenst?)\b[^.!]{0,40}\bontvang"
    r"|\bgeen\s+prijs|\bopzegg\w*|\bsign\s+off"
    r"|\b(?:wish|want|rather)\b[^.!]{0,40}\b(?:not|no|stop)\b[^.!]{0,60}\breceiv"
    r"|\b(?:not|no\s+longer)\s+(?:wish|want)\b[^.!]{0,60}\breceiv",
    re.IGNORECASE,
)
_OF_MAIL = re.compile(
    r"\b(?:deze|dit|onze|this|these|our|geen|no)\s+(?:e-?)?(?:mail|bericht|message)"
    r"|nieuwsbrie|newsletter|bulletin|mailing|abonne|subscri|\be-?mails\b"
    r"|\b(?:deze|onze|this|our|mail|verzend|adres)\s?(?:list|lijst)",
    re.IGNORECASE,
)
# One also signs off from a meeting or a tax: that link must stay what it is.
_OF_ELSE = re.compile(
    r"bijeenkomst|sessie|workshop|training|cursus|congres|webinar|evenement|vergadering"
    r"|lunch|overleg|meeting|event|course|conference|deelname|aanwezig|komen|verhinderd"
    r"|(?:melden|schrijven)\s+(?:bij|van|voor|uit)\b",
    re.IGNORECASE,
)
# Without a word about mail, it must stand where such a sentence stands.
_LAST = 3  # paragraphs


@dataclass(frozen=True)
class _Link:
    tag: Tag
    start: int
    end: int


def link_the_way_out(soup: BeautifulSoup) -> None:
    """Point the link of each sentence that says how to leave at the reader's own."""
    for link in soup.find_all("a", href=LINK):
        link["href"] = PLACE
    paragraphs = [each for each in soup.find_all(_PARAGRAPHS) if _is_innermost(each)]
    for left, paragraph in enumerate(reversed(paragraphs)):
        for link in _ways_out(paragraph, near_end=left < _LAST):
            link["href"] = PLACE


def _is_innermost(paragraph: Tag) -> bool:
    return paragraph.find(_PARAGRAPHS) is None


def _ways_out(paragraph: Tag, *, near_end: bool) -> Iterator[Tag]:
    text, links = _read(paragraph)
    for sentence in _SENTENCE.finditer(text):
        start, end = sentence.span()
        inside = [link for link in links if start <= link.start < end]
        said = _how_to_leave(sentence[0], near_end=near_end)
        if inside and said:
            place = start + said.start()
            yield min(inside, key=lambda link: _distance(link, place)).tag


def _how_to_leave(sentence: str, *, near_end: bool) -> re.Match[str] | None:
    """The words that say it, or nothing."""
    if _OF_MAIL.search(sentence):
        return _LEAVE.search(sentence) or _NO_MORE.search(sentence)
    if near_end and not _OF_ELSE.search(sentence):
        return _LEAVE.search(sentence)
    return None


def _distance(link: _Link, place: int) -> int:
    """How far the words are from the link; none where they are its own."""
    return max(link.start - place, place - link.end + 1, 0)


def _read(paragraph: Tag) -> tuple[str, list[_Link]]:
    """The words of a paragraph, and where in them its links stand."""
    text, links = "", []
    for node in paragraph.descendants:
        if isinstance(node, Tag) and node.name == "a":
            links.append(_Link(node, len(text), len(text) + len(node.get_text())))
        elif isinstance(node, Tag) and node.name == "br":
            text += " "
        elif type(node) is NavigableString:
            text += node
    return text, links

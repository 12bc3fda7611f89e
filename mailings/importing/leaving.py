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
    r"|afmeld\w*|af\s+te\s+melden|meldt?\s+(?:u|je)\b[^.!]{0,40}\baf\b|opzegg\w*"
    r"|unsubscri\w*|opt(?:ing)?[ -]?out|sign\s+off)",
    re.IGNORECASE,
)
_NO_MORE = re.compile(
    r"\b(?:wilt?|willen|wenst?|liever)\b[^.!]{0,80}\b(?:geen|niet)\b[^.!]{0,60}\bontvang"
    r"|\b(?:wish|want|rather)\b[^.!]{0,40}\b(?:not|no|stop)\b[^.!]{0,60}\breceiv"
    r"|\b(?:not|no\s+longer)\s+(?:wish|want)\b[^.!]{0,60}\breceiv",
    re.IGNORECASE,
)
_OF_MAIL = re.compile(
    r"\b(?:deze|dit|onze|this|these|our)\s+(?:e-?)?(?:mail|bericht|message)"
    r"|nieuwsbrie|newsletter|bulletin|mailing|abonne|subscri|e-?mails\b|mailings\b",
    re.IGNORECASE,
)
# One also signs off from a meeting, and that link must stay what it is.
_OF_A_MEETING = re.compile(
    r"bijeenkomst|sessie|workshop|training|cursus|congres|webinar|evenement|vergadering"
    r"|lunch|overleg|meeting|event|course|conference|deelname|aanwezig|komen|verhinderd",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Link:
    tag: Tag
    start: int
    end: int


def link_the_way_out(soup: BeautifulSoup) -> None:
    """Point the link of each sentence that says how to leave at the reader's own."""
    for link in soup.find_all("a", href=LINK):
        link["href"] = PLACE
    for paragraph in soup.find_all(_PARAGRAPHS):
        if paragraph.find(_PARAGRAPHS) is None:
            for link in _ways_out(paragraph):
                link["href"] = PLACE


def _ways_out(paragraph: Tag) -> Iterator[Tag]:
    text, links = _read(paragraph)
    for sentence in _SENTENCE.finditer(text):
        inside = [
            link for link in links if sentence.start() <= link.start < sentence.end()
        ]
        said = _how_to_leave(sentence[0])
        if inside and said:
            place = sentence.start() + said.start()
            yield min(inside, key=lambda link: _distance(link, place)).tag


def _how_to_leave(sentence: str) -> re.Match[str] | None:
    """The words that say it, or nothing."""
    of_mail = _OF_MAIL.search(sentence)
    if of_mail and (said := _NO_MORE.search(sentence)):
        return said
    if of_mail or not _OF_A_MEETING.search(sentence):
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

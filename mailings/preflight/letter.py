"""A bulletin as the checks read it: its words, links and images, in reading order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from mailings.models import Bulletin
from subscribers.models import MailingList

INLINE = {
    "a",
    "abbr",
    "b",
    "br",
    "cite",
    "code",
    "del",
    "em",
    "font",
    "i",
    "ins",
    "kbd",
}
INLINE |= {"mark", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "u"}


@dataclass(frozen=True)
class Passage:
    """One line or paragraph. `pieces` are its parts between two bits of markup."""

    where: str
    pieces: tuple[str, ...]
    places: tuple[int, ...] = (0,)  # how far into the body each piece stands

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def at(self, offset: int) -> int:
        """How far into the body the character at `offset` stands."""
        ends = accumulate(map(len, self.pieces))
        return next(
            (at for end, at in zip(ends, self.places, strict=True) if offset < end),
            self.places[-1],
        )


@dataclass(frozen=True)
class Link:
    text: str
    href: str
    at: int


@dataclass(frozen=True)
class Image:
    src: str
    alt: str
    at: int


@dataclass(frozen=True)
class Letter:
    """What the checks look at; read once for all of them."""

    bulletin: Bulletin
    lists: Sequence[MailingList]
    body: tuple[Passage, ...]
    links: tuple[Link, ...]
    images: tuple[Image, ...]

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Everything that an editor wrote, in the order in which it is read."""
        bulletin = self.bulletin
        lines = [
            ("subject", bulletin.subject),
            ("preheader", bulletin.preheader),
            ("headline", bulletin.headline),
        ]
        above = [Passage(where, (text,)) for where, text in lines]
        return (*above, *self.body, *self._below())

    def _below(self) -> Iterator[Passage]:
        bulletin = self.bulletin
        if bulletin.sign and bulletin.sender:
            yield Passage("sender", (bulletin.sender.signature,))
        if bulletin.layout:
            yield Passage("layout", (bulletin.layout.footer,))

    @property
    def has_words(self) -> bool:
        return any(passage.text.strip() for passage in self.body)


def read(bulletin: Bulletin, *, lists: Sequence[MailingList]) -> Letter:
    soup = BeautifulSoup(bulletin.body, "html.parser")
    nodes = list(soup.descendants)
    return Letter(
        bulletin=bulletin,
        lists=lists,
        body=tuple(_passages(nodes)),
        links=tuple(_links(nodes)),
        images=tuple(_images(nodes)),
    )


def _passages(nodes: Sequence[PageElement]) -> Iterator[Passage]:
    words = ((at, node) for at, node in enumerate(nodes) if _is_written(node))
    for _paragraph, group in groupby(words, key=lambda word: _paragraph_of(word[1])):
        found = list(group)
        pieces = tuple(_piece(node) for _at, node in found)
        if "".join(pieces).strip():
            yield Passage("body", pieces, tuple(at for at, _node in found))


def _is_written(node: PageElement) -> bool:
    # The exact class: comments, scripts and styles are kinds of NavigableString.
    return type(node) is NavigableString or (
        isinstance(node, Tag) and node.name == "br"
    )


def _piece(node: PageElement) -> str:
    return "\n" if isinstance(node, Tag) else str(node)


def _paragraph_of(node: PageElement) -> int:
    return next(id(tag) for tag in node.parents if tag.name not in INLINE)


def _links(nodes: Sequence[PageElement]) -> Iterator[Link]:
    for at, tag in enumerate(nodes):
        if not isinstance(tag, Tag) or tag.name != "a":
            continue
        words = _link_words(tag)
        # A bare anchor is a place to jump to, and not a link.
        if "href" in tag.attrs or (words and not tag.attrs.keys() & {"name", "id"}):
            yield Link(words, _attribute(tag, "href"), at)


def _link_words(tag: Tag) -> str:
    alts = (_attribute(image, "alt") for image in tag.find_all("img"))
    return " ".join(tag.get_text().split()) or " ".join(alts).strip()


def _images(nodes: Sequence[PageElement]) -> Iterator[Image]:
    for at, tag in enumerate(nodes):
        if isinstance(tag, Tag) and tag.name == "img":
            yield Image(_attribute(tag, "src"), _attribute(tag, "alt"), at)


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name) or ""
    return value if isinstance(value, str) else " ".join(value)

"""A bulletin as the checks read it: its words, links and images, in reading order."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby
from typing import TypeGuard

from bs4.element import NavigableString, PageElement, Tag

from mailings.models import Bulletin
from mailings.rendering.parsing import parse
from mailings.rendering.sanitising import sanitise
from subscribers.models import MailingList

# What stands inside a paragraph, of the tags that the sanitiser lets through.
INLINE = {"a", "br", "em", "img", "s", "strong", "sub", "sup", "u"}


@dataclass(frozen=True)
class Passage:
    """One line or paragraph. `pieces` are its parts between two bits of markup."""

    where: str
    pieces: tuple[str, ...]
    places: tuple[int, ...] = (0,)  # how far into the body each piece stands

    @cached_property
    def text(self) -> str:
        return "".join(self.pieces)

    def at(self, offset: int) -> int:
        """How far into the body the character at `offset` stands."""
        piece = bisect_right(self._ends, offset)
        return self.places[min(piece, len(self.places) - 1)]

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(map(len, self.pieces)))


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
    addresses, source = _take_addresses(bulletin.body)
    nodes = list(parse(sanitise(source)).descendants)
    return Letter(
        bulletin=bulletin,
        lists=lists,
        body=tuple(_passages(nodes)),
        links=tuple(_links(nodes, addresses)),
        images=tuple(_images(nodes, addresses)),
    )


def _take_addresses(body: str) -> tuple[dict[str, str], str]:
    """Where links and images lead, and the body with their numbers in that place.

    Rendering drops an address that it does not trust; here it can still be named.
    """
    soup = parse(body)
    addresses: dict[str, str] = {}
    for tag in soup.find_all(["a", "img"]):
        name = "src" if tag.name == "img" else "href"
        # A bare anchor is a place to jump to, and not a link.
        if name in tag.attrs or not tag.attrs.keys() & {"name", "id"}:
            addresses[number := f"https://{len(addresses)}/"] = _attribute(tag, name)
            tag[name] = number
    return addresses, str(soup)


def _given(tag: Tag, name: str, addresses: Mapping[str, str]) -> str:
    # Two parsers may differ on what is a tag: what has no number speaks for itself.
    number = _attribute(tag, name)
    return addresses.get(number, number)


def _passages(nodes: Sequence[PageElement]) -> Iterator[Passage]:
    words = ((at, node) for at, node in enumerate(nodes) if _is_written(node))
    for _paragraph, group in groupby(words, key=lambda word: _paragraph_of(word[1])):
        found = list(group)
        pieces = tuple(_piece(node) for _at, node in found)
        if "".join(pieces).strip():
            yield Passage("body", pieces, tuple(at for at, _node in found))


def _is_written(node: PageElement) -> bool:
    return isinstance(node, NavigableString) or _is(node, "br")


def _is(node: PageElement, name: str) -> TypeGuard[Tag]:
    return isinstance(node, Tag) and node.name == name


def _piece(node: PageElement) -> str:
    return "\n" if isinstance(node, Tag) else str(node)


def _paragraph_of(node: PageElement) -> int:
    return next(id(tag) for tag in node.parents if tag.name not in INLINE)


def _links(
    nodes: Sequence[PageElement], addresses: Mapping[str, str]
) -> Iterator[Link]:
    for at, tag in enumerate(nodes):
        if _is(tag, "a") and "href" in tag.attrs:
            yield Link(_link_words(tag), _given(tag, "href", addresses), at)


def _link_words(tag: Tag) -> str:
    alts = (_attribute(image, "alt") for image in tag.find_all("img"))
    return " ".join(tag.get_text().split()) or " ".join(alts).strip()


def _images(
    nodes: Sequence[PageElement], addresses: Mapping[str, str]
) -> Iterator[Image]:
    for at, tag in enumerate(nodes):
        if _is(tag, "img"):
            src = _given(tag, "src", addresses)
            yield Image(src, _attribute(tag, "alt"), at)


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name) or ""
    return value if isinstance(value, str) else " ".join(value)

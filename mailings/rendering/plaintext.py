"""The text part, made from sanitised HTML (beautifulsoup4), for people to read."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from mailings.rendering.parsing import parse

RULE = "* * *"
_BLOCKS = {"p", "h1", "h2", "h3", "ul", "ol", "li", "blockquote", "hr", "table"}
_UNDERLINES = {"h1": "=", "h2": "-", "h3": "-"}
_SPACES = re.compile(r"[ \t\n\r\f\v\xa0]+")
_AROUND_BREAK = re.compile(r" *\n *")


def to_text(html: str) -> str:
    """Paragraphs, lists, headings, quotes, tables and links as plain text."""
    # lxml is the fastest that bs4 has, and sanitised HTML is not too deep for it.
    soup = parse(html, by="lxml")
    return "\n\n".join(_blocks(soup.body or soup))


def heading(text: str, underline: str = "=") -> str:
    return f"{text}\n{underline * min(max(len(text), 3), 60)}"


def _blocks(node: Tag) -> list[str]:
    """What stands in the node, block by block; loose text makes a block too."""
    blocks: list[str] = []
    loose: list[PageElement] = []
    for child in node.children:
        if isinstance(child, Tag) and _is_block(child):
            blocks += [_paragraph(loose), _block(child)]
            loose = []
        else:
            loose.append(child)
    blocks.append(_paragraph(loose))
    return [block for block in blocks if block]


def _is_block(tag: Tag) -> bool:
    return tag.name in _BLOCKS or any(
        _is_block(child) for child in tag.children if isinstance(child, Tag)
    )


def _block(tag: Tag) -> str:
    match tag.name:
        case "hr":
            return RULE
        case "ul" | "ol":
            return _list(tag)
        case "table":
            return _table(tag)
        case "blockquote":
            return _indent("\n\n".join(_blocks(tag)), "> ", "> ")
        case "h1" | "h2" | "h3":
            text = " ".join(_blocks(tag))
            return heading(text, _UNDERLINES[tag.name]) if text else ""
    return "\n\n".join(_blocks(tag))


def _list(tag: Tag) -> str:
    number = int(str(tag.get("start", "1"))[:6] or 1)
    items: list[str] = []
    for child in tag.children:
        if not isinstance(child, Tag):
            continue
        if child.name != "li":
            # A list right inside a list belongs to the item before it.
            items.append(_indent("\n".join(_blocks_of(child)), "  ", "  "))
            continue
        mark = "- " if tag.name == "ul" else f"{number}. "
        items.append(_indent("\n".join(_blocks(child)), mark, " " * len(mark)))
        number += 1
    return "\n".join(item for item in items if item.strip())


def _blocks_of(tag: Tag) -> list[str]:
    return [_block(tag)] if _is_block(tag) else [_paragraph([tag])]


def _table(tag: Tag) -> str:
    """Row by row; a table inside a cell comes after its row."""
    lines: list[str] = []
    caption = tag.find("caption", recursive=False)
    if isinstance(caption, Tag):
        lines.append(" ".join(_blocks(caption)))
    for row in _rows(tag):
        cells = [_cell(cell) for cell in row.find_all(["td", "th"], recursive=False)]
        lines.append(" | ".join(cells) if any(cells) else "")
    return "\n".join(line.rstrip() for line in lines if line)


def _rows(table: Tag) -> Iterable[Tag]:
    for child in table.children:
        if isinstance(child, Tag) and child.name == "tr":
            yield child
        elif isinstance(child, Tag) and child.name in ("thead", "tbody", "tfoot"):
            yield from child.find_all("tr", recursive=False)


def _cell(cell: Tag) -> str:
    return "\n".join(_blocks(cell)).replace("\n\n", "\n").replace("\n", " ")


def _indent(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    marked = [first + lines[0]] + [others + line for line in lines[1:]]
    return "\n".join(line.rstrip() for line in marked)


def _paragraph(elements: Iterable[PageElement]) -> str:
    text = "".join(_words(element) for element in elements)
    return _AROUND_BREAK.sub("\n", re.sub(" +", " ", text)).strip()


def _words(element: PageElement) -> str:
    if isinstance(element, PreformattedString):
        return ""  # a comment
    if isinstance(element, NavigableString):
        return _SPACES.sub(" ", str(element))
    if not isinstance(element, Tag):
        return ""
    if element.name == "br":
        return "\n"
    if element.name == "img":
        return _SPACES.sub(" ", str(element.get("alt", "")))
    words = "".join(_words(child) for child in element.children)
    return _link(words, str(element.get("href", ""))) if element.name == "a" else words


def _link(words: str, href: str) -> str:
    """The words with their address behind them, unless they are the same."""
    target = _address(href.strip())
    if not target or _bare(words) == _bare(target):
        return words if words.strip() else target
    after = words[len(words.rstrip()) :]
    return f"{words.rstrip()} ({target}){after}" if words.strip() else target


def _address(href: str) -> str:
    scheme, colon, rest = href.partition(":")
    if colon and scheme.lower() in ("mailto", "tel"):
        return unquote(rest.partition("?")[0])
    if href.startswith(("#", "/")) or href in (".", ".."):
        return ""
    return href


def _bare(address: str) -> str:
    plain = _SPACES.sub("", address).lower().rstrip("/")
    return re.sub(r"^(https?://)?(www\.)?", "", plain)

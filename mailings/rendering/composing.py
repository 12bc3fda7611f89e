"""A bulletin's content in its layout: the HTML and the text part, once per bulletin."""

import html
import re
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext, override

from mailings.rendering.content import Content, Rendered
from mailings.rendering.inlining import inline
from mailings.rendering.merge import LINK, PLACE, Kind, Places
from mailings.rendering.plaintext import heading, to_text
from mailings.rendering.sanitising import sanitise
from senders.colours import lighter_until_readable
from senders.text import one_line

# A bulletin's own text never becomes a template: only these files are.
FRAMES = {"letter": "mailings/layouts/letter.html"}
DARK_CARD = "#1B1E23"
COLUMN = 520  # what the card leaves for the text, in pixels
_FOOT = "-" * 40
# Behind the preheader, so that no mailbox fills its line up with the letter.
_PADDING = mark_safe("&#847;&zwnj;&nbsp;" * 60)


_IMAGE = re.compile(r"<img( [^>]*)>")
_SCHEME = re.compile(r"\s*[A-Za-z]+:")
_WIDTH = re.compile(r' width="([0-9]+)"')
_HEIGHT = re.compile(r' height="([0-9]+)"')


@dataclass(frozen=True)
class Signature:
    """How a letter closes: a greeting, the one who signs, and what stands below."""

    greeting: str = ""
    signer: str = ""
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> "Signature":
        lines = [line.strip() for line in text.strip().splitlines()]
        if len(lines) > 1 and lines[0].endswith(","):
            others = [line for line in lines[1:] if line]
            return cls(lines[0], others[0], tuple(others[1:]))
        return cls(others=tuple(lines) if text.strip() else ())


@dataclass(frozen=True)
class _Hidden:
    """The content with tokens for its places."""

    subject: str
    preheader: str
    headline: str
    body: str
    signature: str
    footer: str
    date: str
    link: str
    own_link: bool  # the text has its own link to leave by


def compose(content: Content) -> Rendered:
    """Render, inline and compile. Raises inlining.TooDeep rather than lose text."""
    places = Places()
    with override(content.language):
        hidden = _hide(content, places)
        page = inline(
            render_to_string(FRAMES[content.house.frame], _context(content, hidden))
        )
        text = _text(content, hidden)
    return Rendered(
        subject=places.reveal(hidden.subject, Kind.TEXT),
        html=places.reveal(page.strip() + "\n", Kind.HTML),
        text=places.reveal(text.strip() + "\n", Kind.TEXT),
    )


def _hide(content: Content, places: Places) -> _Hidden:
    def attribute(_tag: str, name: str, value: str) -> str | None:
        in_url = name in ("href", "src")
        if in_url and _may_lead_anywhere(value):
            return None
        return places.hide(value, in_url=in_url)

    body = _IMAGE.sub(_fit, sanitise(content.body, attribute=attribute))
    body = places.hide_in_html(body)
    own_link = places.holds(LINK)
    when = date_format(content.date, "j F Y") if content.date else ""
    return _Hidden(
        subject=places.hide(one_line(content.subject)),
        preheader=places.hide(one_line(content.preheader)),
        headline=places.hide(one_line(content.headline)),
        body=body,
        signature=places.hide(content.signature),
        footer=places.hide(content.house.footer),
        date=when,
        link=places.hide(f"{{{{ {LINK} }}}}"),
        own_link=own_link,
    )


def _may_lead_anywhere(address: str) -> bool:
    """A value or a fallback would decide what kind of address it is: javascript: …"""
    place = PLACE.search(address)
    return place is not None and place[1] != LINK and not _SCHEME.match(address)


def _fit(found: re.Match[str]) -> str:
    """The image no wider than its column: Outlook on Windows knows no max-width."""
    attributes = found[1]
    if " alt=" not in attributes:
        attributes += ' alt=""'
    width = _WIDTH.search(attributes)
    if width and int(width[1][:6]) > COLUMN:
        attributes = _HEIGHT.sub("", attributes)
        attributes = attributes.replace(width[0], f' width="{COLUMN}"')
    return f"<img{attributes}>"


def _context(content: Content, hidden: _Hidden) -> dict[str, object]:
    house = content.house
    return {
        "language": content.language,
        "house": house,
        "title": hidden.subject or hidden.headline or house.name,
        "preheader": hidden.preheader,
        "padding": _PADDING,
        "date": hidden.date,
        "headline": hidden.headline,
        "body": mark_safe(hidden.body),  # sanitised
        "signature": Signature.of(hidden.signature),
        "footer": hidden.footer.split("\n") if hidden.footer.strip() else [],
        "list_name": content.list_names[0] if content.list_names else "",
        "lists": _bold(content.list_names),
        "unsubscribe_url": "" if hidden.own_link else hidden.link,
        "address": _address(content),
        "colour": house.colour,
        "dark_colour": lighter_until_readable(house.colour, on=DARK_CARD, least=9),
    }


def _text(content: Content, hidden: _Hidden) -> str:
    parts = [
        hidden.date,
        heading(hidden.headline) if hidden.headline else "",
        to_text(hidden.body),
        hidden.signature.strip().replace("\r\n", "\n"),
        _FOOT,
        _why(content, hidden),
        hidden.footer.strip().replace("\r\n", "\n"),
        _address(content),
    ]
    return "\n\n".join(part for part in parts if part)


def _why(content: Content, hidden: _Hidden) -> str:
    lines = []
    if content.list_names:
        lists = get_text_list(list(content.list_names), gettext("and"))
        lines.append(
            gettext("You get this mail because you are subscribed to %(lists)s.")
            % {"lists": lists}
        )
    if not hidden.own_link:
        lines.append(gettext("Unsubscribe: %(link)s") % {"link": hidden.link})
    return "\n".join(lines)


def _bold(names: tuple[str, ...]) -> SafeString:
    bold = [f"<strong>{html.escape(name)}</strong>" for name in names]
    return mark_safe(get_text_list(bold, gettext("and")) if bold else "")


def _address(content: Content) -> str:
    house = content.house
    return " · ".join(part for part in (house.name, house.postal_address) if part)

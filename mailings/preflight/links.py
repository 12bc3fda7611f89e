"""Where the links and images of the body lead."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from mailings.preflight.letter import Image, Letter, Link
from mailings.preflight.problem import Problem, error, warning
from mailings.rendering import merge

# What a browser leaves out of an address before it reads it (WHATWG URL, section 4.4).
_IGNORED = re.compile("[\x00-\x20\x7f]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+-]*):", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def check_links(letter: Letter) -> Iterator[Problem]:
    """Every link leads to a web address, an e-mail address or a telephone number."""
    for link in letter.links:
        if problem := _wrong_link(link):
            yield problem


def check_images(letter: Letter) -> Iterator[Problem]:
    """Every image can be fetched, and says in words what it shows."""
    for image in letter.images:
        if _scheme(image.src) not in {"http", "https"} or not _has_host(image.src):
            yield _unseen_image(image)
        elif not image.alt.strip():
            yield _mute_image(image)


def _wrong_link(link: Link) -> Problem | None:
    href = _IGNORED.sub("", link.href)
    if not href or href == "#":
        return _empty(link)
    place = merge.PLACE.fullmatch(link.href.strip())
    if place and place[1] == merge.LINK:
        return None
    scheme = _scheme(href)
    if not scheme:
        return _relative(link)
    if scheme not in {"http", "https", "mailto", "tel"}:
        return _foreign(link)
    # With a control character inside, the sanitiser takes the address away.
    whole = _is_complete(scheme, href) and not _CONTROLS.search(link.href)
    return None if whole else _incomplete(link)


def _scheme(href: str) -> str:
    found = _SCHEME.match(_IGNORED.sub("", href))
    return found[1].lower() if found else ""


def _is_complete(scheme: str, href: str) -> bool:
    rest = href.partition(":")[2]
    if scheme == "mailto":
        # Without an address but with a subject it is "tell a friend".
        return "@" in rest or rest.startswith("?")
    if scheme == "tel":
        return any(character.isdigit() for character in rest)
    return _has_host(href)


def _has_host(href: str) -> bool:
    try:
        host = urlsplit(href.strip()).hostname or ""
    except ValueError:
        return False
    # “https://http://…” names the host “http”: pasted behind what stood there.
    return any(map(str.isalnum, host)) and host not in {"http", "https"}


def _name(link: Link) -> str:
    return link.text or _("a link without text")


def _empty(link: Link) -> Problem:
    return error(
        "link_empty",
        "body",
        _("“%(link)s” has no web address. Give one that starts with https.")
        % {"link": _name(link)},
        quote=link.text,
        at=link.at,
    )


def _relative(link: Link) -> Problem:
    return _astray(
        "link_relative",
        link,
        _(
            "“%(link)s” leads to “%(href)s”, which is no whole web address. "
            "Give one that starts with https."
        ),
    )


def _incomplete(link: Link) -> Problem:
    return _astray(
        "link_incomplete",
        link,
        _("“%(link)s” leads to “%(href)s”, which is broken off. Give a whole address."),
    )


def _foreign(link: Link) -> Problem:
    return _astray(
        "link_scheme",
        link,
        _(
            "“%(link)s” leads to “%(href)s”, which mail programs do not open. "
            "Give a web address that starts with https."
        ),
    )


def _astray(code: str, link: Link, message: str) -> Problem:
    words = {"link": _name(link), "href": _short(link.href)}
    return error(code, "body", message % words, quote=link.text, at=link.at)


def _unseen_image(image: Image) -> Problem:
    return error(
        "image_address",
        "body",
        _(
            "The image “%(image)s” is at no web address, so readers cannot see it. "
            "Give it one that starts with https, or take it out."
        )
        % {"image": image.alt.strip() or _short(image.src) or _("without a name")},
        quote=_short(image.src),
        at=image.at,
    )


def _mute_image(image: Image) -> Problem:
    return warning(
        "image_alt",
        "body",
        _(
            "The image “%(image)s” has no text in its place for who cannot see it. "
            "Say in a few words what it shows; a mere ornament needs none."
        )
        % {"image": _short(image.src.rpartition("/")[2] or image.src)},
        quote=image.src[-200:],  # its end tells it apart; a tick has room for it
        at=image.at,
    )


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= 60 else f"{folded[:59]}…"

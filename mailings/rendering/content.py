"""The values that rendering takes and gives. No model comes into this package."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class House:
    """Whose mail it is, and how it looks."""

    name: str
    colour: str = "#1D4A86"
    logo_url: str = ""
    logo_size: tuple[int, int] = (0, 0)  # in pixels, as it is shown
    postal_address: str = ""
    footer: str = ""
    frame: str = "letter"


@dataclass(frozen=True)
class Content:
    """A bulletin's text, before its personal places are filled in."""

    subject: str
    body: str  # HTML, from anyone: it is sanitised here
    language: str
    house: House
    list_names: tuple[str, ...]
    preheader: str = ""
    date: datetime.date | None = None
    headline: str = ""
    signature: str = ""  # plain text, lines


@dataclass(frozen=True)
class Rendered:
    """Compiled once per bulletin; places like {{ name|fallback }} are still in it."""

    subject: str
    html: str
    text: str

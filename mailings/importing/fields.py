"""The headline and the date that stand above the text become fields of their own."""

import datetime
import re
from dataclasses import dataclass

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_MONTHS = (
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "januari februari maart april mei juni juli augustus september oktober november"
    " december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "january february march april may june july august september october november"
    " december",
)
_MONTH = {
    name: number
    for names in _MONTHS
    for number, name in enumerate(names.split(), start=1)
} | {"sept": 9}
_WEEKDAY = (
    r"(?:(?:maan|dins|woens|donder|vrij|zater|zon)dag"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day),?\s+"
)
_DATES = [
    re.compile(rf"(?:datum:\s*|date:\s*)?(?:{_WEEKDAY})?{form}", re.IGNORECASE)
    for form in (
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?P<name>[a-z]+)\.?,?\s+(?P<year>\d{4})",
        r"(?P<name>[a-z]+)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
    )
]


@dataclass(frozen=True)
class Fields:
    headline: str = ""
    date: datetime.date | None = None


def take_fields(soup: BeautifulSoup, *, longest: int) -> Fields:
    """Take headline and date out of the top of the text, in either order.

    A headline longer than `longest` is text.
    """
    headline, day = "", None
    while (top := _top(soup)) is not None:
        words = " ".join(top.get_text().split())
        if not headline and top.name in _HEADINGS and 0 < len(words) <= longest:
            headline = words
        elif day is None and top.name == "p" and (day := read_date(words)):
            pass
        elif words or top.name not in _HEADINGS | {"hr"}:
            break
        top.decompose()
    return Fields(headline, day)


def read_date(words: str) -> datetime.date | None:
    """The date that these words are, where they are one and nothing more."""
    for form in _DATES:
        if found := form.fullmatch(words.strip()):
            return _date(**found.groupdict())
    return None


def _date(
    *, day: str, year: str, month: str = "", name: str = ""
) -> datetime.date | None:
    number = int(month) if month else _MONTH.get(name.lower(), 0)
    try:
        return datetime.date(int(year), number, int(day))
    except ValueError:
        return None


def _top(soup: BeautifulSoup) -> Tag | None:
    """The first element, where no loose words stand before it."""
    first: PageElement | None = next(
        (node for node in soup.contents if not _is_blank(node)), None
    )
    return first if isinstance(first, Tag) else None


def _is_blank(node: PageElement) -> bool:
    return isinstance(node, NavigableString) and not node.strip()

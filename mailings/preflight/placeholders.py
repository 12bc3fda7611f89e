"""Words that stand for words: what a template left behind and nobody filled in.

They block, so what may be meant is let through: “[1]”, “[…]”, « Le Monde », size XXL.
"""

import re
from collections.abc import Iterator

# Always left over, whoever wrote it.
_LEFT_OVER = re.compile(
    r"\*\|[^|\n]{1,40}\|\*"  # *|FNAME|*
    r"|%%[\w .-]{1,40}%%"  # %%first name%%
    r"|%[A-Z][A-Z_]{2,40}%"  # %FIRSTNAME%
    r"|##\w{1,40}##"
    r"|\$\{[^{}\n]{1,40}\}"  # ${name}
    r"|\{%[^%\n]{1,80}%\}|<%[^%\n]{1,80}%>"  # templates of programmers
    r"|«[^\W_]+(?:_[^\W_]+)+»"  # «First_name», Word's mail merge
    r"|\b(?:X{3,}|x{3,})\b"
    r"|\b(?:TODO|FIXME|INVULLEN|PLACEHOLDER)\b"
    r"|(?i:\blorem\s+ipsum\b|\bdummy ?te[kx]st\b)"
)
# Left over where they ask for something: [naam], <naam>, {naam}, «Voornaam».
_BRACKETED = re.compile(
    r"\[\[?[^\[\]\n]{1,40}\]\]?"
    r"|<[^<>\n]{1,40}>"
    r"|(?<![{$])\{[^{}%\n]{1,40}\}(?!\})"
    r"|«[^«»\s]{1,40}»"
)
_ASKED = frozenset(
    word
    for line in (
        "aanhef salutation geachte functie function naam namen name names fname lname",
        "tussenvoegsel organisatie organisation organization gemeente municipality",
        "bedrijf company datum date dag day tijd time tijdstip plaats woonplaats place",
        "city locatie location adres adresregel address postcode mail telefoon phone",
        "telefoonnummer bedrag amount nummer number onderwerp subject titel title link",
        "url website tekst text invullen insert ontvanger recipient afzender sender",
        "afmelden afmeldlink unsubscribe",
    )
    for word in line.split()
)
# An address, a credit (“[tekst: Jan]”) or a number is no question.
_NO_QUESTION = re.compile(r"[@/:.]|\d\W*$")
_LONGEST = 4


def find_placeholders(text: str) -> Iterator[tuple[int, str]]:
    """Each left-over placeholder as written, with where it starts, in that order."""
    found = [match.span() for match in _LEFT_OVER.finditer(text)]
    found += [each.span() for each in _BRACKETED.finditer(text) if _asks(each[0])]
    end = 0
    for start, stop in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= end:
            yield start, text[start:stop]
            end = stop


def _asks(bracketed: str) -> bool:
    if _NO_QUESTION.search(bracketed) and not bracketed.startswith("«"):
        return False
    words = re.findall(r"[^\W\d_]+", bracketed.lower())
    return len(words) <= _LONGEST and any(map(_is_asked, words))


def _is_asked(word: str) -> bool:
    return word in _ASKED or word.endswith(("naam", "name"))

"""What the columns of a file mean, by their names in four languages."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from subscribers.errors import ImportRefused

EMAIL = "email"

# Each name as `_plain` leaves it: small letters, without accents, spaces and hyphens.
_NAMES = {
    EMAIL: """
        email mail emailaddress mailaddress emailadres mailadres emailadresse
        mailadresse adresseemail adressemail adresseelectronique courriel
        adressecourriel mel
    """,
    "salutation": """
        salutation aanhef anrede briefanrede civilite appellation formuledappel
    """,
    "first_name": """
        firstname givenname forename voornaam roepnaam vorname rufname prenom
    """,
    "infix": """
        infix tussenvoegsel tussenvoegsels tussenv voorvoegsel voorvoegsels
        namenszusatz vorsatzwort particule
    """,
    "last_name": """
        lastname surname familyname achternaam familienaam nachname familienname
        zuname nomdefamille
    """,
    "name": """
        name fullname naam volledigenaam weergavenaam vollername vollstandigername
        anzeigename nom nomcomplet displayname
    """,
    "organisation": """
        organisation organization company municipality organisatie organisatienaam
        gemeente bedrijf instelling unternehmen firma gemeinde einrichtung organisme
        entreprise societe commune
    """,
    "function": """
        function jobtitle position role functie functietitel rol funktion stelle
        berufsbezeichnung fonction poste
    """,
    "language": """
        language lang languagecode preferredlanguage taal taalcode voorkeurstaal
        sprache langue
    """,
}
FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split()}

# Beside a first name, these name the family and not the whole person.
_FAMILY_BESIDE = {"nom": "prenom", "name": "vorname"}

_LANGUAGES = {
    "nl": "nl dut nld nederlands dutch niederlandisch hollandisch neerlandais vlaams",
    "en": "en eng english engels englisch anglais",
}
_LANGUAGE_OF = {
    word: language for language, words in _LANGUAGES.items() for word in words.split()
}


@dataclass(frozen=True)
class Columns:
    """Which cell of a row holds which field, and the columns that nobody reads."""

    fields: dict[int, str]
    ignored: tuple[str, ...]
    width: int

    @property
    def known(self) -> int:
        return len(self.fields)


def read_header(header: Sequence[str]) -> Columns:
    """Of two columns for one field the first counts; the second is left alone."""
    names = [_plain(cell) for cell in header]
    fields: dict[int, str] = {}
    for place, name in enumerate(names):
        field = _field(name, names)
        if field and field not in fields.values():
            fields[place] = field
    ignored = (
        cell.strip()
        for place, cell in enumerate(header)
        if place not in fields and cell.strip()
    )
    return Columns(fields, tuple(ignored), len(header))


def check_header(header: Sequence[str]) -> None:
    """Raise ImportRefused unless exactly one column holds the address."""
    addresses = [cell for cell in header if FIELD_OF.get(_plain(cell)) == EMAIL]
    if not addresses:
        raise ImportRefused(
            _("The first row names no e-mail column, like “email” or “E-mailadres”.")
        )
    if len(addresses) > 1:
        raise ImportRefused(
            _("The first row names more than one e-mail column: %(names)s.")
            % {"names": ", ".join(cell.strip() for cell in addresses)}
        )


def read_language(value: str) -> str | None:
    """The code of a language by its code or name; None for one that we do not speak."""
    # "nl-BE" and "en_GB" are Dutch and English.
    first = re.split(r"[-_ (]", value.strip(), maxsplit=1)[0]
    return _LANGUAGE_OF.get(_plain(first))


def _field(name: str, names: Sequence[str]) -> str | None:
    field = FIELD_OF.get(name)
    if _FAMILY_BESIDE.get(name) in names and not any(
        FIELD_OF.get(other) == "last_name" for other in names
    ):
        return "last_name"
    return field


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())

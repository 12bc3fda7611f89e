"""Whose demo it is: an organisation, who writes for it, what it looks like, who reads.

Everybody is invented, and every address ends in example.org (RFC 2606).
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from mailings.demo import logo
from mailings.models import Layout
from senders.models import Organisation, Sender
from subscribers import subscribing
from subscribers.models import ConsentEvent, MailingList

PEOPLE = Path(__file__).with_name("people.csv")
COLUMNS = {
    "aanhef": "salutation",
    "voornaam": "first_name",
    "tussenvoegsel": "infix",
    "achternaam": "last_name",
    "organisatie": "organisation",
    "functie": "function",
}
SIGNATURE = """Met vriendelijke groet,

Nadia el Amrani
Directeur Leefomgeving
Gemeenteverbond Lageland"""


def make_organisation() -> Organisation:
    return Organisation.objects.create(
        pk=1,
        name="Gemeenteverbond Lageland",
        logo=logo.png(),
        colour="#0E5A4F",
        contact="info@lageland.example.org",
        postal_address="Polderweg 1, 0000 XX Lageland",
    )


def make_sender() -> Sender:
    return Sender.objects.create(
        from_name="Gemeenteverbond Lageland",
        from_address="nieuws@lageland.example.org",
        reply_to="redactie@lageland.example.org",
        signature=SIGNATURE,
    )


def make_layout() -> Layout:
    return Layout.objects.create(
        name="Brief Lageland",
        slug="brief-lageland",
        footer="Gemeenteverbond Lageland werkt voor twaalf gemeenten aan het water.",
    )


def make_lists(sender: Sender) -> dict[str, MailingList]:
    """The two lists, by their slugs."""
    made = (
        MailingList.objects.create(
            name="Nieuwsbrief",
            slug="nieuwsbrief",
            description="Eens per maand: wat gemeenten in Lageland samen doen.",
            default_sender=sender,
        ),
        MailingList.objects.create(
            name="Veiligheid en crisis",
            slug="veiligheid-en-crisis",
            description="Af en toe: hoogwater, noodopvang en andere crises.",
            default_sender=sender,
            legal_basis=MailingList.Basis.PUBLIC_TASK,
        ),
    )
    return {each.slug: each for each in made}


def add_people(lists: dict[str, MailingList]) -> None:
    """Everybody of people.csv, confirmed on their lists."""
    for row in _rows():
        fields = {field: row[column] for column, field in COLUMNS.items()}
        for slug in row["lijsten"].split():
            subscribing.subscribe(
                row["email"],
                lists[slug],
                method=ConsentEvent.Method.IMPORT,
                source=PEOPLE.name,
                fields=fields,
            )


def _rows() -> Iterator[dict[str, str]]:
    with PEOPLE.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")

"""A product with a list and a draft, through its own commands."""

import json
from typing import Any

from tests.processes import Product

DRAFT = """\
Van: Gemeenteverbond Lageland
Onderwerp: Handreiking hoogwater

# Handreiking hoogwater

Beste {{ salutation }},

Er ligt een **nieuwe handreiking** voor u klaar:
[lees hem hier](https://www.lageland.example/handreiking).
"""


def add_people(product: Product, addresses: list[str]) -> None:
    """Confirmed on the list "nieuwsbrief"."""
    people = product.folder / "people.csv"
    people.write_text("email\n" + "".join(f"{one}\n" for one in addresses))
    product.ok(
        *("import_subscribers", str(people), "--list", "nieuwsbrief"),
        *("--create-list", "Nieuwsbrief"),
    )


def add_draft(product: Product, text: str = DRAFT) -> str:
    """A draft to that list, and its number."""
    draft = product.folder / "bulletin.md"
    draft.write_text(text)
    command = ("import_bulletin", str(draft), "--list", "nieuwsbrief")
    sender = {"DEFAULT_FROM_EMAIL": "nieuws@lageland.example"}
    return product.ok(*command, **sender).strip()


def numbered(count: int) -> list[str]:
    return [f"p{number:03}@lezer.example" for number in range(count)]


def ledger(product: Product, bulletin: str) -> dict[str, Any]:
    """What `deliveries` says."""
    return json.loads(product.ok("deliveries", bulletin, "--json"))

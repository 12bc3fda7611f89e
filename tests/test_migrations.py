"""Migrations: from nothing, and from the first of them with rows in its tables."""

import pytest

FIRST = ("senders", "subscribers", "mailings")
TABLES = (
    *("senders_sender", "senders_organisation", "subscribers_subscriber"),
    *("subscribers_subscription", "subscribers_consentevent"),
    *("mailings_bulletin", "mailings_edition", "mailings_delivery"),
)


@pytest.fixture
def filled(product):
    """With the demo's content, taken back to the first migration of each app."""
    made = product()
    made.ok("load_demo")
    before = rows(made)
    for app in reversed(FIRST):
        made.ok("migrate", app, "0001", "--verbosity", "0")
    return made, before


def rows(made) -> dict[str, list[tuple]]:
    """Of each table the columns that the first migrations had, by id."""
    return {
        "bulletins": made.query(
            "SELECT id, subject, body, status, token, version"
            " FROM mailings_bulletin ORDER BY id"
        ),
        "people": made.query(
            "SELECT id, email, address_key, name, language"
            " FROM subscribers_subscriber ORDER BY id"
        ),
    } | {table: made.query(f"SELECT count(*) FROM {table}") for table in TABLES}


def test_what_stood_in_the_first_tables_stands_in_the_last(filled):
    made, before = filled
    assert len(before["bulletins"]) > 1
    assert len(before["people"]) > 10
    with pytest.raises(AssertionError):
        made.ok("migrate", "--check")

    made.ok("migrate", "--verbosity", "0")

    assert rows(made) == before
    made.ok("migrate", "--check")
    made.ok("preflight", str(before["bulletins"][0][0]), "--json")


def test_from_nothing_the_tables_are_those_of_the_models(product):
    made = product()
    made.ok("migrate", "--check")
    assert "No changes detected" in made.ok("makemigrations", "--check", "--dry-run")

"""`prepare`: migrations and the first administrator, once, before anything starts."""

import sqlite3

from tests.processes import Product

ADMIN = {"ADMIN_EMAIL": "beheer@lageland.example", "ADMIN_PASSWORD": "sluis-en-dijk-26"}


def users(product) -> list[tuple]:
    with sqlite3.connect(product.database) as database:
        return database.execute(
            "SELECT username, email, is_superuser FROM auth_user"
        ).fetchall()


def test_an_empty_database_gets_its_tables_and_its_administrator(tmp_path):
    product = Product(tmp_path, **ADMIN)
    said = product.ok("prepare")
    assert said == "The database is ready. Log in as beheer@lageland.example.\n"
    assert users(product) == [("beheer@lageland.example", "beheer@lageland.example", 1)]


def test_a_second_time_changes_nothing(tmp_path):
    product = Product(tmp_path, **ADMIN)
    product.ok("prepare")
    other = {"ADMIN_EMAIL": "ander@lageland.example"}
    assert product.ok("prepare", **other) == "The database is ready.\n"
    assert len(users(product)) == 1


def test_without_an_administrator_it_says_how_to_make_one(tmp_path):
    product = Product(tmp_path)
    assert "Nobody can log in yet: set ADMIN_EMAIL and" in product.ok("prepare")
    assert users(product) == []


def test_a_weak_password_or_a_wrong_address_is_refused_in_a_sentence(tmp_path):
    product = Product(tmp_path, **ADMIN)
    weak = product.run("prepare", ADMIN_PASSWORD="123")
    assert weak.returncode == 1
    assert weak.stderr.startswith("ADMIN_PASSWORD: This password is too short.")
    wrong = product.run("prepare", ADMIN_EMAIL="beheer")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("ADMIN_EMAIL: ")
    assert users(product) == []

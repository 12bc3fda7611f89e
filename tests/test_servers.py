"""The servers of the tests do what the tests take for granted of them."""

import psycopg
import pytest
import redis

from tests.servers import postgres as servers
from tests.servers.children import Missing
from tests.servers.postgres import Postgres


def test_a_product_runs_on_postgresql(product, postgres):
    made = product(DATABASE_URL=postgres.migrated("product"))
    made.ok("load_demo")
    assert postgres.ask("SELECT count(*) FROM mailings_bulletin", "product") > [(0,)]


def test_a_product_on_an_empty_database_is_migrated(product, postgres):
    made = product(DATABASE_URL=postgres.create())
    assert made.ok("migrate", "--check") == ""


def test_two_copies_of_the_migrated_database_know_nothing_of_each_other(postgres):
    postgres.migrated("one")
    postgres.migrated("other")
    postgres.ask("INSERT INTO senders_pace VALUES ('smtp', now(), 0)", "one")
    assert postgres.ask("SELECT count(*) FROM senders_pace", "one") == [(1,)]
    assert postgres.ask("SELECT count(*) FROM senders_pace", "other") == [(0,)]


def test_a_restart_keeps_what_was_committed_and_ends_connections(postgres):
    url = postgres.create("restarted")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (number integer)")
        connection.commit()
        postgres.restart()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert postgres.ask("SELECT count(*) FROM kept", "restarted") == [(0,)]


def test_a_database_that_is_away_refuses_and_comes_back(postgres):
    url = postgres.create("away")
    with psycopg.connect(url) as connection, postgres.away(url):
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError, match="not currently accepting"):
            psycopg.connect(url)
    assert postgres.ask("SELECT 1", "away") == [(1,)]


def test_a_given_server_is_used_and_left_clean(postgres, monkeypatch):
    given = postgres.create("given")
    monkeypatch.setenv("TEST_POSTGRES_URL", given)
    with servers.postgres_server() as server:
        assert type(server) is Postgres
        url = server.create("guest")
        with psycopg.connect(url) as connection:
            server.restart()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        assert server.ask("SELECT 1", "guest") == [(1,)]
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_without_postgresql_the_tests_fail_and_name_the_command(monkeypatch):
    monkeypatch.setattr(servers.Path, "glob", lambda *_arguments: iter(()))
    with pytest.raises(Missing, match="apt install postgresql"):
        servers.find_programs()


def test_a_broker_is_flushed_filled_killed_and_as_new(valkey):
    client = valkey.client()
    client.set("key", "value")
    valkey.flush()
    assert client.keys() == []
    valkey.fill()
    with pytest.raises(redis.exceptions.OutOfMemoryError):
        client.set("key", "value")
    valkey.empty_out()
    assert client.set("key", "value")
    valkey.kill()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    assert valkey.start().client().keys() == []
    assert valkey.renew(maxmemory="4mb").runs


def test_the_broker_of_the_next_test_runs_and_is_empty(valkey):
    assert valkey.client().keys() == []
    assert valkey.client().config_get("maxmemory") == {"maxmemory": "0"}

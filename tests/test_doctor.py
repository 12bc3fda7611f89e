"""`manage.py doctor` as an operator runs it: each trouble is one sentence."""

import json

import pytest

from tests.providers.server import Answer, provider_server
from tests.senders.a_domain import GOOD
from tests.servers.dns import NameServer
from tests.smtp_server import Script, lines, nobodys_port, scripted

RANDOM = "Zq8vR2nT6wYb1KdM4xHc9JpL3sGf7uEaVtXi0oNrQyWzBhUjDmC5gFkSeAlP"
LOGIN = lines(["250-relay.example", "250 AUTH PLAIN"])


@pytest.fixture
def installation(product, postgres, valkey, tmp_path):
    """A production on PostgreSQL with Redis, a mail server and a domain in order."""
    names = NameServer(GOOD).start()
    script = Script(EHLO=LOGIN, AUTH=b"235 welcome\r\n")
    with scripted(script) as port:

        def make(**changes):
            own = {
                "DEBUG": "",
                "SECRET_KEY": RANDOM,
                "ADDRESS_KEY": RANDOM[::-1],
                "SITE_URL": "https://bode.gemeente.example",
                "TRUST_PROXY": "1",
                "DATABASE_URL": postgres.create(),
                "REDIS_URL": valkey.url,
                "TRANSPORT": "smtp",
                "SMTP_URL": f"smtp://bode:not-a-secret@127.0.0.1:{port}",
                "DEFAULT_FROM_EMAIL": "bode@gemeente.example",
                "OPERATORS": "beheer@gemeente.example",
                "ALERT_SMTP_URL": "smtp://127.0.0.1:26",
                "DNS_SERVER": names.address,
                "DKIM_SELECTOR": "bode",
            }
            return product(**own | changes)

        make.script, make.names = script, names
        yield make
    names.stop()


def doctor(made, **settings):
    """Its exit code, and its findings as {(check, severity): sentences}."""
    done = made.run("doctor", "--json", **settings)
    assert len(done.stderr.splitlines()) <= 1, done.stderr
    found = {}
    for one in json.loads(done.stdout):
        assert set(one) == {"check", "severity", "message"}
        assert "\n" not in one["message"]
        assert one["message"].endswith((".", ")")), one["message"]
        key = one["check"], one["severity"]
        found[key] = " ".join([*filter(None, [found.get(key)]), one["message"]])
    return done.returncode, found


def errors(found):
    return {check for check, severity in found if severity == "error"}


def test_an_installation_in_order_has_no_error(installation):
    _code, found = doctor(installation())
    # Whether the files of the pages are collected is another's to say.
    assert "collectstatic" in found.pop(("settings", "error"), "collectstatic")
    assert errors(found) == set(), found
    for check in ("database", "clock", "migrations", "address key", "broker"):
        assert (check, "ok") in found
    for check in ("transport", "spf", "dkim", "dmarc", "alignment"):
        assert (check, "ok") in found
    assert found["sending", "warning"].startswith("No sender was ever seen")
    assert installation.script.taken == []


def test_it_says_everything_of_an_installation_where_nothing_is(installation):
    made = installation()
    code, found = doctor(
        made,
        DATABASE_URL=f"postgres://bode@127.0.0.1:{nobodys_port()}/bode",
        REDIS_URL=f"redis://127.0.0.1:{nobodys_port()}",
        SMTP_URL=f"smtp://127.0.0.1:{nobodys_port()}",
        DNS_SERVER=f"127.0.0.1:{nobodys_port()}",
    )
    assert code == 1
    assert {"database", "broker", "transport"} <= errors(found)
    assert ("dns", "warning") in found
    assert "dns" not in errors(found)


def test_postgresql_without_migrations_and_without_the_database(installation, postgres):
    made = installation()
    code, found = doctor(made, DATABASE_URL=postgres.create())
    assert code == 1
    assert "run manage.py migrate first" in found["migrations", "error"]
    code, found = doctor(made, DATABASE_URL=postgres.url("nowhere"))
    assert "does not exist" in found["database", "error"]
    assert "migrate" not in found["database", "error"]


def test_a_wrong_password_of_the_mail_server(installation):
    installation.script.answers["AUTH"] = b"535 5.7.8 no such user\r\n"
    code, found = doctor(installation())
    assert code == 1
    assert "535 5.7.8 no such user" in found["transport", "error"]


def test_a_wrong_key_and_an_unverified_domain_of_a_provider(installation):
    with provider_server() as server:
        own = {
            "TRANSPORT": "brevo",
            "BREVO_API_KEY": "xkeysib-of-nobody",
            "BREVO_API_URL": f"{server.url}/",
        }
        made = installation(**own)
        server.answer = Answer(401, {"message": "Key not found"})
        code, found = doctor(made)
        assert code == 1
        assert (
            "Brevo does not let us in (401 Key not found)"
            in (found["transport", "error"])
        )
        server.answers = [Answer(200, {}), Answer(404, {"message": "not found"})]
        code, found = doctor(made)
        assert "Brevo has not verified gemeente.example" in found["transport", "error"]


def test_a_key_that_is_missing_stops_it_with_one_sentence(installation):
    done = installation().run("doctor", "--json", TRANSPORT="brevo")
    assert (done.returncode, done.stdout) == (1, "")
    assert "BREVO_API_KEY" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_another_address_key(installation):
    code, found = doctor(installation(), ADDRESS_KEY=RANDOM[1:] + RANDOM[0])
    assert code == 1
    assert "not the key of this database" in found["address key", "error"]


def test_the_domain_of_each_sender_is_asked_about(product):
    names = NameServer(GOOD).start()
    made = product(DNS_SERVER=names.address, DKIM_SELECTOR="bode")
    made.ok("load_demo")
    with scripted(Script()) as port:
        own = {"TRANSPORT": "smtp", "SMTP_URL": f"smtp://127.0.0.1:{port}"}
        code, found = doctor(made, DEFAULT_FROM_EMAIL="bode@gemeente.example", **own)
    names.stop()
    asked = {
        row[0].rpartition("@")[2]
        for row in made.query("SELECT from_address FROM senders_sender")
    }
    assert asked
    for domain in asked:
        assert f"The domain {domain} does not exist" in found["dns", "error"]
    assert ("spf", "ok") in found


def test_for_people_it_is_a_line_for_each_finding(product):
    done = product().run("doctor")
    rows = [line.split("  ")[0].strip() for line in done.stdout.splitlines()]
    assert set(rows) <= {"ok", "warning", "error"}
    assert len(rows) > 5


def test_a_file_of_sqlite_that_is_missing_is_not_made(product, tmp_path):
    file = tmp_path / "nowhere.sqlite3"
    code, found = doctor(product(), DATABASE_URL=f"sqlite:///{file}")
    assert code == 1
    assert "There is no file" in found["database", "error"]
    assert not file.exists()

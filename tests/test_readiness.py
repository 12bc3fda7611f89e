"""A database that this version cannot work on is said in one sentence, at the start."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from bode.database_words import sentence_on
from bode.readiness import Unready, confirm_ready
from subscribers.keys import proof
from subscribers.models import KeyProof
from tests.make import make_subscriber

OTHER = "another-address-key-another-address-key-another-address-key"
COMMANDS = [
    ("run_sender", "--until-idle"),
    ("load_demo",),
    ("import_subscribers", "people.csv", "--list", "nieuws"),
    ("deliveries", "1", "--json"),
    ("send_bulletin", "1", "--yes"),
]


def one_sentence(done):
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr.strip()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_postgresql_without_migrations_is_one_sentence(product, postgres, command):
    said = one_sentence(product().run(*command, DATABASE_URL=postgres.create()))
    assert said.startswith("The database lacks ")
    assert said.endswith(" migrations: run manage.py migrate first.")


def test_a_database_that_lacks_the_last_migration_is_not_sent_from(product):
    made = product()
    made.ok("migrate", "mailings", "0006", "--verbosity", "0")
    said = one_sentence(made.run("run_sender", "--until-idle"))
    assert said == "The database lacks one migration: run manage.py migrate first."


def test_a_postgresql_that_lacks_the_database_itself_names_no_migration(
    product, postgres
):
    nowhere = postgres.url("nowhere")
    done = product().run("run_sender", "--until-idle", DATABASE_URL=nowhere)
    said = one_sentence(done)
    assert said.startswith("The database does not answer: ")
    assert "migrate" not in said


@pytest.mark.parametrize("command", [["migrate"], ["createsuperuser", "--noinput"]])
def test_djangos_own_commands_say_in_one_sentence_that_no_database_answers(
    product, postgres, command
):
    own = {"DJANGO_SUPERUSER_USERNAME": "x", "DJANGO_SUPERUSER_EMAIL": "x@y.example"}
    own |= {"DJANGO_SUPERUSER_PASSWORD": "x" * 12}
    own |= {"DATABASE_URL": postgres.url("nowhere")}
    said = one_sentence(product().run(*command, **own))
    assert said.startswith("The database does not answer: ")


def test_another_address_key_is_refused_before_anything_is_done(product):
    made = product()
    for command in COMMANDS:
        said = one_sentence(made.run(*command, ADDRESS_KEY=OTHER))
        assert said.startswith("ADDRESS_KEY is not the key of this database")


def test_the_key_of_the_database_is_taken(settings):
    # A test that commits leaves every table empty, what migrations wrote included.
    KeyProof.objects.get_or_create(pk=1, defaults={"value": proof()})
    confirm_ready()
    settings.ADDRESS_KEY = OTHER
    with pytest.raises(Unready):
        confirm_ready()


def test_an_older_database_gets_no_key_under_which_nobody_was_remembered(settings):
    own = settings.ADDRESS_KEY
    make_subscriber()
    KeyProof.objects.all().delete()
    settings.ADDRESS_KEY = OTHER
    with pytest.raises(ImproperlyConfigured):
        keep_key()
    assert not KeyProof.objects.exists()
    settings.ADDRESS_KEY = own
    keep_key()
    confirm_ready()


def keep_key():
    """What the migration does."""
    loader = MigrationExecutor(connection).loader
    migration = loader.get_migration("subscribers", "0003_keep_key_proof")
    migration.operations[0].code(loader.project_state().apps, None)


@pytest.mark.parametrize(
    ("said", "names_migrate"),
    [
        ("no such table: mailings_bulletin", True),
        ("no such column: mailings_bulletin.x", True),
        ('relation "mailings_bulletin" does not exist', True),
        ("column mailings_bulletin.x does not exist", True),
        ('database "bode" does not exist', False),
        ('role "bode" does not exist', False),
    ],
)
def test_only_what_a_migration_brings_is_mended_by_migrate(said, names_migrate):
    for kind in (OperationalError, DatabaseError):
        assert ("run manage.py migrate" in sentence_on(kind(said))) is names_migrate

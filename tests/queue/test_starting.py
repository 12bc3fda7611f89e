"""What is wrong is one sentence when a worker or a beat starts."""

import pytest

from tests.queue.crew import SECONDS


@pytest.mark.parametrize(
    ("command", "settings", "sentence"),
    [
        ("worker", {"REDIS_URL": ""}, "REDIS_URL is not set: Celery needs it"),
        ("beat", {"REDIS_URL": ""}, "REDIS_URL is not set: Celery needs it"),
        ("worker", {"TRANSPORT": "pigeon"}, "TRANSPORT 'pigeon' is unknown"),
        ("worker", {"REDIS_URL": "http://x"}, "REDIS_URL must look like"),
        ("beat", {"REDIS_URL": "redis://x/0?retry=3"}, "REDIS_URL must look like"),
    ],
)
def test_wrong_settings_are_said_in_a_sentence(crew, command, settings, sentence):
    ours = crew(**settings) if "TRANSPORT" not in settings else crew()
    child = ours.start(command, **settings)
    assert child.wait(SECONDS) != 0
    assert sentence in ours.log()
    assert "Traceback" not in ours.log()


def test_a_database_without_migrations_is_said_in_a_sentence(crew, postgres):
    ours = crew()
    child = ours.worker(DATABASE_URL=postgres.create())
    assert child.wait(SECONDS) == 1
    assert "run manage.py migrate first" in ours.log()
    assert "Traceback" not in ours.log()


def test_another_address_key_is_said_in_a_sentence(crew):
    ours = crew()
    child = ours.worker(ADDRESS_KEY="another-key-than-that-of-this-database")
    assert child.wait(SECONDS) == 1
    assert ours.log().startswith("ADDRESS_KEY is not the key of this database")
    assert "Traceback" not in ours.log()

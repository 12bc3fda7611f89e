"""The checks of doctor, one by one, where a whole process would show no more."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import checks
from django.db import connection
from django.utils import timezone
from redis import Redis

from bode import doctor
from bode.doctor import broker, clock, configuration, database, domains, sending
from mailings.models import Pulse
from senders.findings import Severity
from tests.make import make_sender

RANDOM = "Zq8vR2nT6wYb1KdM4xHc9JpL3sGf7uEaVtXi0oNrQyWzBhUjDmC5gFkSeAlP"


def told(findings):
    return [(one.severity.value, one.message) for one in findings]


@pytest.fixture
def live(settings, tmp_path):
    """The settings of a production that is in order."""
    settings.DEMO = False
    settings.SECRET_KEY, settings.ADDRESS_KEY = RANDOM, RANDOM[::-1]
    settings.SITE_HOST = "bode.example.org"
    settings.ALLOWED_HOSTS = ["bode.example.org"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.STATIC_ROOT = str(tmp_path)
    settings.OPERATORS = ["beheer@example.org"]
    settings.ALERT_SMTP_URL = "smtp://127.0.0.1:25"
    return settings


@pytest.fixture
def no_system_checks(monkeypatch):
    monkeypatch.setattr(configuration.checks, "run_checks", lambda **_options: [])


WRONG = [
    ({"SECRET_KEY": "short"}, "error", "SECRET_KEY is too easy to guess"),
    ({"SECRET_KEY": "ab" * 40}, "error", "SECRET_KEY is too easy to guess"),
    ({"SECRET_KEY": f"change-me-{RANDOM}"}, "error", "SECRET_KEY is too easy"),
    ({"ADDRESS_KEY": "short"}, "warning", "ADDRESS_KEY is too easy to guess"),
    ({"ADDRESS_KEY": RANDOM}, "error", "SECRET_KEY and ADDRESS_KEY are the same"),
    ({"DEMO": True}, "warning", "DEBUG=1 makes this a demo"),
    ({"ALLOWED_HOSTS": ["*"]}, "error", "ALLOWED_HOSTS lets every name in"),
    ({"ALLOWED_HOSTS": ["x.example"]}, "error", "ALLOWED_HOSTS lacks bode.example.org"),
    ({"SECURE_PROXY_SSL_HEADER": None}, "warning", "TRUST_PROXY is not set"),
    ({"STATIC_ROOT": "/nowhere"}, "error", "run manage.py collectstatic"),
    ({"OPERATORS": []}, "warning", "OPERATORS is not set"),
    ({"ALERT_SMTP_URL": ""}, "warning", "ALERT_SMTP_URL is not set"),
]


@pytest.mark.parametrize(("change", "how", "said"), WRONG)
def test_a_setting_that_is_no_good_is_one_finding(
    live, no_system_checks, change, how, said
):
    assert told(configuration.check_configuration())[0][0] == "ok"
    for name, value in change.items():
        setattr(live, name, value)
    ((found, message),) = told(configuration.check_configuration())
    assert found == how
    assert said in message


def test_a_host_under_a_name_with_a_dot_is_allowed(live, no_system_checks):
    live.ALLOWED_HOSTS = [".example.org"]
    assert told(configuration.check_configuration())[0][0] == "ok"


def test_what_check_deploy_says_is_told(live, monkeypatch):
    said = [checks.Warning("Cookies are bare.", hint="Dress them.", id="bode.W1")]
    said.append(checks.Error("Nothing works.", id="bode.E1"))
    asked = []
    monkeypatch.setattr(
        configuration.checks, "run_checks", lambda **how: asked.append(how) or said
    )
    assert told(configuration.check_configuration()) == [
        ("warning", "Cookies are bare. (bode.W1) Dress them."),
        ("error", "Nothing works. (bode.E1)"),
    ]
    live.SILENCED_SYSTEM_CHECKS = ["bode.W1", "bode.E1"]
    assert told(configuration.check_configuration())[0][0] == "ok"
    assert asked[0] == {"include_deployment_checks": True}


@pytest.mark.parametrize(
    ("seconds", "how", "words"),
    [
        (0, "ok", "have the same time"),
        (4, "ok", "have the same time"),
        (30, "warning", "is 30 seconds ahead of that of the database"),
        (-300, "error", "is 300 seconds behind that of the database"),
    ],
)
def test_a_clock_that_differs_is_told(monkeypatch, seconds, how, words):
    real = timezone.now
    shifted = SimpleNamespace(now=lambda: real() + timedelta(seconds=seconds))
    monkeypatch.setattr(clock, "timezone", shifted)
    found = told(database.check_database(database.Database()))
    ((severity, said),) = [
        line for line in found if "clock" in line[1] or "time." in line[1]
    ]
    assert severity == how
    assert words in said


def test_the_brokers_clock_is_compared_too(valkey, settings, monkeypatch):
    settings.REDIS_URL = valkey.url
    assert [how for how, _said in told(broker.check_broker())] == ["ok", "ok"]
    real = timezone.now
    shifted = SimpleNamespace(now=lambda: real() - timedelta(minutes=5))
    monkeypatch.setattr(clock, "timezone", shifted)
    assert [how for how, _said in told(broker.check_broker())] == ["ok", "error"]


def test_a_broker_that_is_full_or_forgets_is_a_warning(valkey, settings):
    settings.REDIS_URL = valkey.url
    valkey.renew(maxmemory="900kb", maxmemory_policy="allkeys-lru")
    said = [line for line in told(broker.check_broker()) if line[0] == "warning"]
    assert "nearly full" in said[0][1]
    assert "allkeys-lru" in said[1][1]


def test_a_broker_that_wants_a_password_is_an_error(valkey, settings):
    Redis.from_url(valkey.url).config_set("requirepass", "not-a-secret")
    settings.REDIS_URL = valkey.url
    wanted = "Redis wants a password, or another one: mend REDIS_URL."
    assert told(broker.check_broker()) == [("error", wanted)]
    settings.REDIS_URL = valkey.url.replace("//", "//:wrong@")
    assert told(broker.check_broker()) == [("error", wanted)]
    settings.REDIS_URL = valkey.url.replace("//", "//:not-a-secret@")
    assert told(broker.check_broker())[0][0] == "ok"


def test_a_sender_that_was_seen_long_ago_is_an_error():
    assert told(sending.check_sending())[0][0] == "warning"
    row = Pulse.objects.create(name="here:1")
    assert told(sending.check_sending())[0] == ("ok", "A sender is at work.")
    Pulse.objects.filter(pk=row.pk).update(
        seen_at=timezone.now() - timedelta(minutes=3)
    )
    assert told(sending.check_sending())[0][0] == "error"


def test_sending_on_hold_is_a_warning(settings):
    settings.SENDING = "hold"
    assert "SENDING=hold" in told(sending.check_sending())[0][1]


def test_a_database_that_a_newer_version_migrated_is_an_error():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('mailings', '9999_later', CURRENT_TIMESTAMP)"
        )
    found = told(database.check_database(database.Database()))
    assert any(how == "error" and "9999_later" in said for how, said in found)


def test_each_domain_is_asked_about_once(settings):
    settings.DEFAULT_FROM_EMAIL = "Bode <bode@Gemeente.example>"
    make_sender(from_address="a@gemeente.example")
    make_sender(from_address="b@Bücher.example")
    found = domains.sending_domains(from_rows=True)
    assert found == ["gemeente.example", "xn--bcher-kva.example"]
    assert domains.sending_domains(from_rows=False) == ["gemeente.example"]


def test_a_check_that_breaks_costs_no_other(monkeypatch):
    def breaks():
        raise ValueError("out of order")

    monkeypatch.setattr(doctor, "check_broker", breaks)
    found = doctor.examine()
    broken = [one for one in found if one.check == "broker"]
    assert [one.severity for one in broken] == [Severity.ERROR]
    assert "out of order" in broken[0].message
    assert {one.check for one in found} >= {"database", "broker", "sending", "dns"}

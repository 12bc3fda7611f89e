"""What the environment says of a provider, and what stops the start."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

from bode.environment import Environment
from bode.providers import TRANSPORTS, provider_settings
from senders.transports.providers import PROVIDERS
from tests.processes import ROOT
from tests.providers.rows import settings_of


@pytest.fixture
def read(monkeypatch, tmp_path):
    """The ANYMAIL that comes of an environment."""

    def read_(transport, *, env_file="", **values):
        for name in [*os.environ]:
            if name.startswith(("AWS_", f"{transport.upper()}_")):
                monkeypatch.delenv(name)
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        file = tmp_path / ".env"
        file.write_text(env_file)
        return provider_settings(Environment(file), transport)

    return read_


@pytest.mark.parametrize("provider", sorted(set(PROVIDERS) - {"amazon_ses"}))
def test_each_setting_that_a_provider_needs_is_asked_for_by_name(read, provider):
    needs = PROVIDERS[provider].needs
    whole = dict.fromkeys(needs, "https://api.example/")
    assert read(provider, **whole) == whole
    for missing in needs:
        with pytest.raises(ImproperlyConfigured) as raised:
            read(provider, **{name: whole[name] for name in needs if name != missing})
        assert str(raised.value) == (
            f"{missing} is not set: TRANSPORT={provider} needs it."
        )


def test_a_missing_key_ends_a_command_with_one_sentence():
    own = {"ENV_FILE": os.devnull, "DEBUG": "1", "TRANSPORT": "mailgun"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=own | {"PATH": os.environ["PATH"], "SECRET_KEY": "x", "ADDRESS_KEY": "y"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "MAILGUN_API_KEY is not set: TRANSPORT=mailgun needs it.\n"


def test_other_providers_settings_are_left_alone(read):
    found = read("mailgun", MAILGUN_API_KEY="k", BREVO_API_KEY="other")
    assert found == {"MAILGUN_API_KEY": "k"}


@pytest.mark.parametrize("transport", ["outbox", "smtp"])
def test_what_is_no_provider_needs_none(read, transport):
    assert read(transport, SMTP_URL="smtp://localhost") == {}


@pytest.mark.parametrize(
    ("value", "taken"), [("0", False), ("false", False), ("1", True), ("on", True)]
)
def test_a_switch_is_no_word(read, value, taken):
    found = read("sendgrid", SENDGRID_API_KEY="k", SENDGRID_GENERATE_MESSAGE_ID=value)
    assert found["SENDGRID_GENERATE_MESSAGE_ID"] is taken


def test_a_switch_with_another_word_is_refused(read):
    with pytest.raises(ImproperlyConfigured, match="USE_BULK_API must be 1 or 0"):
        read("postmark", POSTMARK_SERVER_TOKEN="k", POSTMARK_USE_BULK_API="perhaps")


@pytest.mark.parametrize(
    "value", ["api.mailgun.example", "ftp://a.example", "https://", "https://a:x/"]
)
def test_an_address_of_an_api_is_a_web_address(read, value):
    with pytest.raises(ImproperlyConfigured, match="MAILGUN_API_URL must be a web"):
        read("mailgun", MAILGUN_API_KEY="k", MAILGUN_API_URL=value)


@pytest.mark.parametrize("value", ["eu-west-1", "[1]", '{"a": ', '{"a": secret}'])
def test_params_are_an_object_and_a_wrong_one_is_not_repeated(read, value):
    with pytest.raises(ImproperlyConfigured) as raised:
        read("amazon_ses", AMAZON_SES_CLIENT_PARAMS=value)
    assert str(raised.value).startswith("AMAZON_SES_CLIENT_PARAMS must be a JSON obj")
    assert "secret" not in str(raised.value)


def test_a_config_of_amazon_that_is_no_object_is_refused(read):
    with pytest.raises(ImproperlyConfigured, match='"config" of AMAZON_SES_CLIENT_PAR'):
        read("amazon_ses", AMAZON_SES_CLIENT_PARAMS='{"config": 3}')


def test_amazon_takes_its_keys_from_the_file_and_never_tries_again(read, settings):
    found = read(
        "amazon_ses",
        env_file="AWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b\nAWS_REGION=eu-west-1\n",
        AMAZON_SES_CLIENT_PARAMS='{"config": {"read_timeout": 9, "retries": {}}}',
        AMAZON_SES_CONFIGURATION_SET_NAME="news",
    )
    settings.ANYMAIL = found
    backend = get_connection(TRANSPORTS["amazon_ses"])
    backend.open()
    client = backend.client
    backend.close()
    assert client.meta.region_name == "eu-west-1"
    assert client.meta.config.retries["total_max_attempts"] == 1
    assert client.meta.config.read_timeout == 9
    assert backend.session_params["aws_secret_access_key"] == "b"
    assert backend.configuration_set_name == "news"


def test_each_provider_is_a_transport(settings):
    for name, provider in PROVIDERS.items():
        settings.ANYMAIL = settings_of(name, "http://127.0.0.1:9")
        assert TRANSPORTS[name] == provider.backend
        assert get_connection(TRANSPORTS[name])

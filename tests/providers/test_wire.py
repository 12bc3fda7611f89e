"""The request that leaves for each provider, through anymail's real backends."""

from email.utils import parseaddr

import pytest
from django.core.mail import get_connection

from senders.transports.providers import PROVIDERS
from senders.transports.providers.merging import batch_mail, batches, single_mail
from tests.providers.emulators import read
from tests.providers.mails import NAMES, a_press, messages_to
from tests.providers.rows import as_text

MANY = sorted(name for name, row in PROVIDERS.items() if row.merge)
# Whose account or domain alone decides about tracking: nothing in a call does.
BY_ACCOUNT = {"amazon_ses", "brevo", "mailtrap", "resend", "scaleway"}


def send(provider, messages):
    """Hand them over as the transport does, and return what each call was made of."""
    row = PROVIDERS[provider]
    make = batch_mail if row.merge else (lambda call, row: single_mail(*call, row))
    calls = batches(messages, row)
    mails = [make(call, row) for call in calls]
    assert get_connection().send_messages(mails) == len(calls)
    return mails


def got_by(provider, server):
    return [one for request in server.requests for one in read(provider, request)]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_reader_gets_the_very_message(provider, account):
    server, messages = account(provider), messages_to(*NAMES)
    send(provider, messages)
    got = got_by(provider, server)
    assert [one.address for one in got] == [one.recipient for one in messages]
    for one, message in zip(got, messages, strict=True):
        assert one.subject == message.subject
        assert one.text.replace("\r\n", "\n") == message.text
        assert one.html.replace("\r\n", "\n") == message.html


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_reader_gets_their_own_subject(provider, account):
    server = account(provider)
    messages = messages_to(
        *NAMES, press=a_press(subject="Voor {{ name }} {{ braces }}")
    )
    send(provider, messages)
    got = got_by(provider, server)
    assert [one.subject for one in got] == [one.subject for one in messages]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_reader_can_leave_with_one_click(provider, account):
    server, messages = account(provider), messages_to(*NAMES)
    send(provider, messages)
    for one, message in zip(got_by(provider, server), messages, strict=True):
        assert (
            one.headers["list-unsubscribe"] == dict(message.headers)["List-Unsubscribe"]
        )
        assert one.headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_delivery_comes_back_with_reports(provider, account):
    server, messages = account(provider), messages_to(*NAMES)
    send(provider, messages)
    got = got_by(provider, server)
    assert [one.delivery for one in got] == [str(one.key) for one in messages]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nobody_is_tracked(provider, account):
    server = account(provider)
    send(provider, messages_to(*NAMES))
    tracked = any(one.tracked for one in got_by(provider, server))
    assert tracked == (provider in BY_ACCOUNT)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nobody_sees_another(provider, account):
    """Of what one reader gets, nothing names another: not in any part or header."""
    server, messages = account(provider), messages_to(*NAMES)
    send(provider, messages)
    for one in got_by(provider, server):
        shown = repr(one).casefold()
        others = [m for m in messages if m.recipient != one.address]
        for other in others:
            assert other.recipient.casefold() not in shown
            assert dict(other.headers)["List-Unsubscribe"].casefold() not in shown


@pytest.mark.parametrize("provider", MANY)
def test_what_a_call_says_for_all_names_nobody(provider, account):
    """Where it is not told apart by reader, a provider could show it to all."""
    server, press = account(provider), a_press(subject="Voor {{ name }}")
    send(provider, messages_to("Wubbo Wiersma", "Fokje Faber", press=press))
    (request,) = server.requests
    shared = as_text(request)
    if provider == "brevo":
        shared = repr({**request.json, "messageVersions": None})
    elif provider == "mailtrap":
        shared = repr(request.json["base"])
    elif provider == "mailjet":
        shared = repr(request.json["Globals"])
    elif provider == "mailersend":
        shared = ""
    elif provider == "mailgun":
        form = request.form
        shared = repr({**form, "recipient-variables": None, "to": None})
    elif provider == "sendgrid":
        shared = repr({**request.json, "personalizations": None})
    elif provider == "sparkpost":
        shared = repr({**request.json, "recipients": None})
    elif provider == "unisender_go":
        shared = repr({**request.json["message"], "recipients": None})
    for name in ("Wubbo", "Fokje", "eader.0@", "eader+1@", "/u/"):
        assert name not in shared


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_reader_is_called_by_name(provider, account):
    server, messages = account(provider), messages_to("Noor de Vries", "Zoë Müller")
    send(provider, messages)
    got = got_by(provider, server)
    assert [one.name for one in got] == ["Noor de Vries", "Zoë Müller"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_addresses_stay_in_the_case_that_they_have(provider, account):
    server = account(provider)
    mails = send(provider, messages_to("Noor", "Jo"))
    assert "Reader.0@lezer.example" in "".join(as_text(one) for one in server.requests)
    merged = getattr(mails[0], "merge_headers", None) or {}
    assert set(merged) <= {parseaddr(one)[1] for one in mails[0].to}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_one_call_carries_many_or_one(provider, account):
    server = account(provider)
    send(provider, messages_to(*NAMES))
    many = PROVIDERS[provider].merge is not None
    assert len(server.requests) == (1 if many else len(NAMES))


def keys_in(server):
    (request,) = server.requests
    server.requests.clear()
    return set(request.json["personalizations"][0]["substitutions"])


def test_nobody_can_know_under_what_key_a_value_is_put_in(account):
    """SendGrid puts in tags wherever they stand: in the value of another one too."""
    server = account("sendgrid")
    send("sendgrid", messages_to("Noor", "Jo"))
    first = keys_in(server)
    send("sendgrid", messages_to("Noor", "Jo"))
    assert len(first) > 2
    assert first & keys_in(server) == set()


def test_a_name_in_encoded_words_is_left_out_where_they_would_be_decoded(account):
    server = account("brevo")
    send("brevo", messages_to("Noor"))
    (one,) = got_by("brevo", server)
    assert one.headers["list-id"] == "<nieuws.bode.example.org>"

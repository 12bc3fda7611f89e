"""The table of providers, and how messages are cut into calls."""

from dataclasses import replace

import pytest
from django.conf import settings
from django.core.mail import get_connection
from django.utils.module_loading import import_string

from senders.transports.providers import PROVIDERS
from senders.transports.providers.facts import Merge, Provider
from senders.transports.providers.merging import batch_mail, batches
from tests.providers.mails import a_press, messages_to
from tests.providers.rows import settings_of


def a_row(**changes):
    fields = {"most": 10, "text_place": "<{}>", "html_place": "<{}>"}
    merge = Merge(**fields | changes)
    return Provider(title="P", backend="", needs=(), merge=merge)


def test_there_is_a_row_for_each_transport_that_is_a_provider():
    assert set(PROVIDERS) == set(settings.TRANSPORTS) - {"outbox", "smtp"}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_backend_is_there(provider):
    assert import_string(PROVIDERS[provider].backend)


@pytest.mark.parametrize("provider", sorted(set(PROVIDERS) - {"amazon_ses"}))
def test_the_settings_that_it_needs_are_those_that_anymail_asks_for(provider, settings):
    """With all of them it opens; without any one of them it does not."""
    row = PROVIDERS[provider]
    whole = settings_of(provider, "http://127.0.0.1:9")
    needed = {name: whole[name] for name in row.needs}
    settings.ANYMAIL = needed
    assert get_connection(row.backend)
    for name in needed:
        settings.ANYMAIL = {key: needed[key] for key in needed if key != name}
        with pytest.raises(Exception, match=name):
            get_connection(row.backend)


def test_a_call_takes_no_more_than_the_provider_does():
    calls = batches(messages_to(*"abcdefg"), a_row(most=3))
    assert [len(call) for call in calls] == [3, 3, 1]
    assert [one.key for call in calls for one in call] == list(range(100, 107))


def test_messages_of_another_bulletin_go_in_another_call():
    messages = [*messages_to("a", "b"), *messages_to("c", press=a_press())]
    assert [len(call) for call in batches(messages, a_row())] == [2, 1]


def test_addresses_that_differ_in_case_alone_go_in_different_calls():
    one, other = messages_to("a", "b")
    other = replace(other, recipient=one.recipient.upper())
    assert [len(call) for call in batches([one, other], a_row())] == [1, 1]


def test_a_message_with_very_long_values_goes_alone():
    messages = messages_to("a", "b" * 900, "c")
    calls = batches(messages, a_row(most_bytes=1500))
    assert [len(call) for call in calls] == [1, 1, 1]


def test_a_message_without_a_frame_goes_alone():
    messages = [replace(one, frame=None) for one in messages_to("a", "b")]
    assert [len(call) for call in batches(messages, a_row())] == [1, 1]


def test_whole_mails_are_cut_by_their_size():
    press = a_press(html="x" * 3_000_000)
    messages = messages_to("a", "b", "c", press=press)
    calls = batches(messages, a_row(text_place="", html_place=""))
    assert [len(call) for call in calls] == [2, 1]


def test_who_takes_one_mail_a_call_gets_calls_of_one():
    calls = batches(messages_to("a", "b"), PROVIDERS["postmark"])
    assert [len(call) for call in calls] == [1, 1]
    with pytest.raises(ValueError, match="one mail"):
        batch_mail(calls[0], PROVIDERS["postmark"])

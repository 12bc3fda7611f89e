"""A whole bulletin, from the ledger to its readers, through a provider."""

import threading
from collections import Counter

import pytest

from mailings import working
from mailings.editions import Press
from mailings.models import Bulletin
from senders.transports.providers import PROVIDERS
from tests.mailings.sending import make_sending_bulletin, statuses
from tests.providers.emulators import read
from tests.providers.saying import WORDS

BODY = (
    "<p>Beste {{ name|lezer }}, 50%{{ name }}% {{{ name }}}</p>"
    "<p><a href='https://lageland.example/?wie={{ email }}'>Meedoen</a> "
    "<a href='{{ unsubscribe_url }}'>Afmelden</a></p>"
)
PEOPLE = 23


def send(bulletin):
    working.work(until_idle=True, stop=threading.Event())
    bulletin.refresh_from_db()


def got_by(provider, server):
    return [one for request in server.requests for one in read(provider, request)]


@pytest.fixture
def bulletin(settings):
    settings.BATCH, settings.SMTP_CONNECTIONS = 10, 4
    return make_sending_bulletin(people=PEOPLE, body=BODY, subject="Dag {{ name }}")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_everyone_gets_their_own_mail_once(provider, account, bulletin):
    server = account(provider)
    send(bulletin)
    assert bulletin.status == Bulletin.Status.SENT
    assert Counter(statuses(bulletin)) == {"sent": PEOPLE}
    got = {one.address: one for one in got_by(provider, server)}
    assert len(got) == len(got_by(provider, server)) == PEOPLE
    press = Press(bulletin.editions.get(), bulletin)
    for delivery in bulletin.deliveries.all():
        one, message = got[delivery.email], press.message_for(delivery)
        assert one.delivery == str(delivery.pk)
        assert one.subject == message.subject
        assert one.text.replace("\r\n", "\n") == message.text
        assert one.html.replace("\r\n", "\n") == message.html
        assert (
            one.headers["list-unsubscribe"] == dict(message.headers)["List-Unsubscribe"]
        )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_unverified_domain_pauses_it_and_fails_nobody(provider, account, bulletin):
    server = account(provider)
    domain = WORDS[provider].domain
    server.respond = domain if callable(domain) else lambda _request: domain
    send(bulletin)
    assert bulletin.status == Bulletin.Status.PAUSED
    assert WORDS[provider].said in bulletin.reason
    assert Counter(statuses(bulletin)) == {"queued": PEOPLE}

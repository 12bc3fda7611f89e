"""A whole bulletin through a provider: the ledger, whatever the provider answers."""

import threading

import pytest

from mailings.delivering import Worker, finish
from mailings.models import Bulletin, Delivery
from senders.transports import make_transport
from senders.transports.providers import asking
from tests.mailings.sending import make_sending_bulletin
from tests.providers.rows import takes_all
from tests.providers.server import CUT
from tests.smtp_server import nobodys_port

Status = Delivery.Status


@pytest.fixture
def send(monkeypatch):
    """Sends what is due of a bulletin, as a worker does, and reads it anew."""
    monkeypatch.setattr(asking, "NO_CONNECTION", 0.3)
    monkeypatch.setattr(asking, "AGAIN", 0.05)
    monkeypatch.setattr("mailings.delivering.LONGEST_QUIET", 0.01)

    def send_(bulletin):
        worker = Worker(
            make_transport(), stop=threading.Event(), report=lambda sentence: None
        )
        while worker.send_slice(bulletin):
            pass
        finish(bulletin)
        worker.transport.close()
        bulletin.refresh_from_db()
        return bulletin

    return send_


def statuses(bulletin):
    return {
        status: bulletin.deliveries.filter(status=status).count()
        for status in bulletin.deliveries.values_list("status", flat=True).distinct()
    }


def test_everyone_has_one_mail_and_the_ledger_its_id(account, send, settings):
    settings.BATCH = 4
    server = account("mailjet")
    bulletin = send(make_sending_bulletin(people=10))
    assert bulletin.status == Bulletin.Status.SENT
    assert statuses(bulletin) == {Status.SENT: 10}
    sizes = [len(request.json["Messages"]) for request in server.requests]
    assert sizes == [4, 4, 2]
    readers = [
        message["To"][0]["Email"]
        for request in server.requests
        for message in request.json["Messages"]
    ]
    assert sorted(readers) == sorted(
        bulletin.deliveries.values_list("email", flat=True)
    )
    ids = bulletin.deliveries.order_by("pk").values_list("provider_id", flat=True)
    assert list(ids) == ["1", "2", "3", "4", "1", "2", "3", "4", "1", "2"]


def test_no_more_than_a_batch_is_ever_being_handed_over(account, send, settings):
    settings.BATCH = 4
    server = account("mailgun")
    bulletin = make_sending_bulletin(people=10)
    seen = []

    def respond(request):
        seen.append(len(request.form["to"]))
        return takes_all("mailgun")(request)

    server.respond = respond
    send(bulletin)
    assert max(seen) == 4


def test_a_provider_that_is_not_there_pauses_and_loses_nothing(account, send, settings):
    account("mailgun")
    url = f"http://127.0.0.1:{nobodys_port()}/v3"
    settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_API_URL": url}
    bulletin = send(make_sending_bulletin(people=3))
    assert bulletin.status == Bulletin.Status.PAUSED
    assert bulletin.reason.startswith("no connection to Mailgun: ")
    assert statuses(bulletin) == {Status.QUEUED: 3}


def test_three_calls_in_a_row_that_nobody_answers_pause_it(account, send, settings):
    settings.BATCH = 20
    server = account("mailgun")
    server.respond = lambda _request: CUT
    bulletin = send(make_sending_bulletin(people=100))
    assert bulletin.status == Bulletin.Status.PAUSED
    assert statuses(bulletin) == {Status.IN_DOUBT: 60, Status.QUEUED: 40}
    assert len(server.requests) == 3

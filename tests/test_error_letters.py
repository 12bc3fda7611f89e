"""An error that nobody caught becomes a mail to the operators, without secrets."""

import logging

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bode import error_letters
from bode.error_letters import TellOperators
from mailings import scheduling, tasks
from mailings.models import Bulletin
from senders.models import Letter
from senders.transports.base import Kind, Verdict
from tests.mailings.sending import answering, make_sending_bulletin, people, send

SECRET = "s3cret-n.wiersma@eikerveld.example"


@pytest.fixture(autouse=True)
def _operator(settings):
    settings.OPERATORS = ["operator@example.org"]
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(autouse=True)
def handler():
    """A new process's handler; the settings' own one would remember other tests."""
    ours = [one for one in logging.getLogger().handlers if _is_ours(one)]
    assert len(ours) == 1
    ours[0].told.clear()
    return ours[0]


def _is_ours(one):
    return isinstance(one, TellOperators)


def broken(monkeypatch, error=None):
    def fail(*_args, **_more):
        raise error or ValueError(SECRET)

    monkeypatch.setattr("subscribers.views.render", fail)
    return Client(raise_request_exception=False)


def test_a_page_that_fails_is_told_with_its_place_and_no_secret(monkeypatch):
    visitor = broken(monkeypatch)
    visitor.cookies["sessionid"] = SECRET
    answer = visitor.post(f"/u/{SECRET}?key={SECRET}", {"name": SECRET})
    assert answer.status_code == 500
    letter = Letter.objects.get()
    assert letter.recipient == "operator@example.org"
    assert letter.subject.startswith("Bode: an error: ValueError in ")
    assert "POST /u/…" in letter.text
    assert answer["X-Request-ID"] in letter.text
    assert "subscribers/views.py, line" in letter.text
    for secret in (SECRET, "s3cret", "wiersma", "eikerveld"):
        assert secret not in letter.subject + letter.text


def test_who_asks_does_not_write_the_letter(monkeypatch):
    broken(monkeypatch).get("/u/a%0A%0ALog%20in%20at%20evil.example%1B[2J")
    text = Letter.objects.get().text
    assert not [line for line in text.splitlines() if line.startswith("Log in")]
    assert "\x1b" not in text


def test_the_same_error_is_told_once_by_all_processes(monkeypatch, handler):
    visitor = broken(monkeypatch)
    visitor.get("/u/a")
    visitor.get("/u/b")
    handler.told.clear()
    visitor.get("/u/c")
    assert Letter.objects.count() == 1


def test_a_thousand_errors_ask_the_database_once(monkeypatch):
    visitor = broken(monkeypatch)
    visitor.get("/u/a")
    with CaptureQueriesContext(connection) as asked:
        visitor.get("/u/b")
    assert not [one for one in asked if "senders_letter" in one["sql"]]


def test_another_error_is_told_too(monkeypatch):
    broken(monkeypatch).get("/u/a")
    broken(monkeypatch, KeyError(SECRET)).get("/u/a")
    assert Letter.objects.count() == 2


def test_what_is_only_logged_is_not_mailed(client):
    client.get("/nothing-here")
    logging.getLogger("mailings").error("something, without an error")
    assert not Letter.objects.exists()


def test_a_request_that_was_refused_is_not_mailed(client, settings):
    settings.ALLOWED_HOSTS = ["bode.example.org"]
    assert client.get("/u/x", headers={"host": "evil.example"}).status_code == 400
    assert not Letter.objects.exists()


def test_a_task_that_fails_is_told_by_its_name(monkeypatch):
    def fail(**_more):
        raise KeyError(SECRET)

    monkeypatch.setattr(tasks, "own", tasks.Own())
    monkeypatch.setattr(tasks, "Engine", fail)
    assert tasks.send.apply().failed()
    letter = Letter.objects.get()
    assert letter.subject.startswith("Bode: an error: KeyError in ")
    assert "mailings.tasks.send" in letter.text
    assert "s3cret" not in letter.text


def test_where_no_letter_can_be_written_the_page_fails_as_it_did(monkeypatch, handler):
    def fail(**_letter):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr("senders.alerts.post", fail)
    assert broken(monkeypatch).get("/u/a").status_code == 500
    monkeypatch.undo()
    assert broken(monkeypatch).get("/u/a").status_code == 500
    assert Letter.objects.count() == 1  # it was not taken as told


def test_a_letter_that_fails_leaves_the_transaction_around_it_whole(monkeypatch):
    def fail(**_letter):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr("senders.alerts.post", fail)
    with transaction.atomic():
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger("mailings").exception("caught")
        assert Letter.objects.count() == 0  # a query still works


def test_memory_for_errors_has_a_bound(monkeypatch, handler):
    monkeypatch.setattr(error_letters, "KINDS", 3)
    for number in range(10):
        handler._is_news(f"error {number}")
    assert len(handler.told) <= 3


def paused(**verdict):
    bulletin = make_sending_bulletin(people=2)
    broken = Verdict(Kind.BROKEN, "535 5.7.8 no, bode@example.org", **verdict)
    send(bulletin, answering(p0=broken, p1=broken))
    return bulletin


def test_a_broken_transport_is_told_with_the_servers_words(settings):
    settings.OPERATORS = ["operator@example.org", "second@example.org"]
    bulletin = paused()
    letter, _second = Letter.objects.all()
    assert letter.subject == f"Bode: bulletin {bulletin.pk} is paused"
    assert "535 5.7.8 no, …@…" in letter.text
    assert bulletin.subject not in letter.text
    assert not any(address in letter.text for address in people(0, 1))


def test_the_letter_leads_to_the_page_of_the_bulletin(client):
    bulletin = paused()
    page = f"/admin/mailings/bulletin/{bulletin.pk}/progress/"
    assert f"http://127.0.0.1:8000{page}" in Letter.objects.get().text
    assert client.get(page).status_code == 302  # to log in: it is there


def test_each_pause_is_told_once():
    bulletin = paused()
    scheduling.resume(bulletin)
    send(bulletin, answering())
    assert Letter.objects.count() == 1


def test_who_pauses_by_hand_alarms_nobody():
    make_sending_bulletin(people=1)
    scheduling.pause(Bulletin.objects.get())
    assert not Letter.objects.exists()


def test_where_the_letter_cannot_be_written_the_pause_is_not_either(monkeypatch):
    def fail(**_letter):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr("senders.alerts.post", fail)
    with pytest.raises(DatabaseError):
        paused()
    assert Bulletin.objects.get().status == Bulletin.Status.SENDING

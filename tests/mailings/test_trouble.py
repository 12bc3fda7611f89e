"""Trouble that is about us pauses the bulletin and fails nobody."""

from mailings import scheduling
from mailings.editions import Press
from mailings.models import Bulletin, Delivery
from senders.transports.base import Broken, Busy, Kind, Stopped, Verdict
from tests.mailings.sending import (
    SENT,
    ObedientTransport,
    answering,
    make_sending_bulletin,
    make_worker,
    people,
    reasons,
    send,
    statuses,
)

Status = Delivery.Status


def test_a_broken_answer_pauses_and_fails_nobody():
    bulletin = make_sending_bulletin(people=6)
    reports = []
    broken = Verdict(Kind.BROKEN, "550 5.7.26 unauthenticated")
    worker = send(bulletin, answering(p1=broken), reports=reports)
    assert statuses(bulletin) == [
        "sent",
        "queued",
        "sent",
        "queued",
        "queued",
        "queued",
    ]
    assert bulletin.status == Bulletin.Status.PAUSED
    assert bulletin.reason == "550 5.7.26 unauthenticated"
    assert reports == [f"Bulletin {bulletin.pk} is paused: 550 5.7.26 unauthenticated"]
    assert not worker.send_slice(bulletin)


def test_a_paused_bulletin_is_not_touched():
    bulletin = make_sending_bulletin(people=1)
    scheduling.pause(Bulletin.objects.get())
    transport = ObedientTransport()
    make_worker(transport).send_slice(bulletin)
    assert transport.handed == []
    assert statuses(bulletin) == ["queued"]


def failing(error):
    transport = ObedientTransport(most=2)

    def fail():
        raise error

    transport.before_connect = fail
    return transport


def test_a_relay_that_is_gone_pauses_with_every_row_queued():
    bulletin = make_sending_bulletin(people=3)
    send(bulletin, failing(Broken("no connection to the server: refused")))
    assert statuses(bulletin) == ["queued"] * 3
    assert bulletin.status == Bulletin.Status.PAUSED
    assert bulletin.reason == "no connection to the server: refused"
    assert set(bulletin.deliveries.values_list("attempts", flat=True)) == {0}


def test_a_greeting_that_says_later_defers():
    bulletin = make_sending_bulletin(people=3)
    send(bulletin, failing(Busy("421 4.3.2 later")))
    assert statuses(bulletin) == ["deferred"] * 3
    assert set(reasons(bulletin)) == {"421 4.3.2 later"}
    assert bulletin.status == Bulletin.Status.SENDING


def test_a_stop_while_connecting_gives_all_back():
    bulletin = make_sending_bulletin(people=2)
    make_worker(failing(Stopped())).send_slice(bulletin)
    assert statuses(bulletin) == ["queued"] * 2
    assert Bulletin.objects.get().status == Bulletin.Status.SENDING


def spam(number):
    return Verdict(
        Kind.REFUSED, f"554 5.7.1 spam [id {number}-x{number}]", after_body=True
    )


def test_twenty_refusals_of_the_content_in_a_row_pause():
    bulletin = make_sending_bulletin(people=30)
    transport = ObedientTransport(most=4, answer=lambda message: spam(message.key))
    send(bulletin, transport)
    assert bulletin.status == Bulletin.Status.PAUSED
    assert bulletin.reason.startswith("554 5.7.1 spam")
    assert statuses(bulletin) == ["failed"] * 20 + ["queued"] * 10


def test_nineteen_do_not():
    bulletin = make_sending_bulletin(people=19)
    send(bulletin, ObedientTransport(answer=lambda message: spam(message.key)))
    assert bulletin.status == Bulletin.Status.SENT


def test_refusals_with_a_mail_taken_in_between_do_not():
    bulletin = make_sending_bulletin(people=30)
    taken = people(15)
    transport = ObedientTransport(
        answer=lambda message: SENT if message.recipient in taken else spam(message.key)
    )
    send(bulletin, transport)
    assert bulletin.status == Bulletin.Status.SENT


def test_unknown_addresses_never_pause():
    bulletin = make_sending_bulletin(people=30)
    gone = Verdict(Kind.REFUSED, "550 5.1.1 no such user")
    send(bulletin, ObedientTransport(answer=lambda _: gone))
    assert bulletin.status == Bulletin.Status.SENT


def test_a_mail_that_cannot_be_made_fails_alone(monkeypatch):
    bulletin = make_sending_bulletin(people=3)
    make = Press.message_for

    def broken(self, delivery):
        if delivery.email == people(1)[0]:
            raise ValueError("no such value")
        return make(self, delivery)

    monkeypatch.setattr(Press, "message_for", broken)
    transport = ObedientTransport()
    send(bulletin, transport)
    assert transport.handed == people(0, 2)
    assert statuses(bulletin) == ["sent", "failed", "sent"]
    assert reasons(bulletin)[1] == "the mail cannot be made: ValueError: no such value"


def test_an_edition_that_cannot_be_made_pauses_and_fails_nobody(monkeypatch):
    bulletin = make_sending_bulletin(people=3)

    def broken(self, edition, bulletin):
        raise KeyError("from_address")

    monkeypatch.setattr(Press, "__init__", broken)
    send(bulletin, ObedientTransport())
    assert statuses(bulletin) == ["queued"] * 3
    assert bulletin.reason == "the bulletin cannot be made: KeyError: 'from_address'"


def test_verdicts_are_written_down_before_a_long_wait_for_a_connection():
    bulletin = make_sending_bulletin(people=4)
    seen = []
    transport = ObedientTransport(
        most=2, answer=lambda _: Verdict(Kind.IN_DOUBT, "connection lost")
    )
    transport.before_connect = lambda: seen.append(statuses(bulletin))
    send(bulletin, transport)
    assert seen[1] == ["in_doubt", "in_doubt", "claimed", "claimed"]

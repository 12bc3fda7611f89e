import random
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from django.utils import timezone

from mailings import delivering, patience, recording, scheduling
from mailings.editions import Press
from mailings.granting import claim_slice, grant, release
from mailings.models import Bulletin, Delivery
from mailings.reasons import Reason
from mailings.sweeping import sweep
from senders.transports.base import Broken, Busy, Kind, Stopped, Verdict
from subscribers.keys import address_key
from subscribers.models import Subscriber, Subscription, Suppression
from tests.mailings.sending import (
    SENT,
    ObedientTransport,
    make_sending_bulletin,
    make_worker,
    reasons,
    send,
    statuses,
)

Status = Delivery.Status


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(delivering, "LONGEST_QUIET", 0.01)
    monkeypatch.setattr(patience, "STEP", 0.01)


def people(*numbers):
    return [f"p{number}@lezer.example" for number in numbers]


def answering(**verdicts):
    """A transport that answers as named for p0, p1 …, and takes all others."""
    return ObedientTransport(
        answer=lambda message: verdicts.get(message.recipient.split("@")[0], SENT)
    )


# --- Each gets one ---------------------------------------------------------------


def test_everyone_gets_one_mail_and_the_bulletin_is_sent():
    bulletin = make_sending_bulletin(people=7)
    transport = ObedientTransport(most=3)
    send(bulletin, transport)
    assert transport.handed == people(*range(7))
    assert transport.groups == [3, 3, 1]
    assert bulletin.status == Bulletin.Status.SENT
    assert bulletin.finished_at
    for delivery in bulletin.deliveries.all():
        assert (delivery.status, delivery.attempts) == (Status.SENT, 1)
        assert delivery.sent_at
        assert delivery.lease_until is None


def test_the_message_carries_the_delivery_and_its_own_id():
    bulletin = make_sending_bulletin(people=1)
    seen = []
    transport = ObedientTransport(answer=lambda message: seen.append(message) or SENT)
    send(bulletin, transport)
    delivery = bulletin.deliveries.get()
    assert seen[0].key == delivery.pk
    assert f"Message-ID: {delivery.message_id}\r\n".encode() in seen[0].content


def test_the_providers_id_is_kept():
    bulletin = make_sending_bulletin(people=1)
    send(bulletin, answering(p0=Verdict(Kind.SENT, provider_id="abc-1")))
    assert bulletin.deliveries.get().provider_id == "abc-1"


def test_two_workers_never_hold_the_same_delivery():
    bulletin = make_sending_bulletin(people=5)
    one, other = claim_slice(bulletin, size=3), claim_slice(bulletin, size=3)
    assert len(one.rows) == 3
    assert len(other.rows) == 2
    assert not {row.pk for row in one.rows} & {row.pk for row in other.rows}
    assert claim_slice(bulletin, size=3) is None


def test_a_worker_that_comes_back_late_is_granted_nothing():
    bulletin = make_sending_bulletin(people=2)
    late = claim_slice(bulletin, size=2)
    bulletin.deliveries.update(lease_until=Now() - timedelta(seconds=1))
    sweep()
    assert claim_slice(bulletin, size=2)
    assert grant(late, late.rows) == ([], False)
    release(late)
    assert statuses(bulletin) == ["claimed", "claimed"]


def test_at_most_one_group_is_in_submitting():
    bulletin = make_sending_bulletin(people=7)
    seen = []
    transport = ObedientTransport(most=3)
    transport.during = lambda: seen.append(statuses(bulletin).count("submitting"))
    send(bulletin, transport)
    assert seen == [3, 3, 1]


# --- Who is not mailed -----------------------------------------------------------


def leave(number):
    rows = Subscription.objects.filter(subscriber__email=people(number)[0])
    rows.update(status=Subscription.Status.UNSUBSCRIBED)


def suppress(number):
    key = address_key(people(number)[0])
    Suppression.objects.create(address_key=key, reason="complained")


def erase(number):
    Subscriber.objects.filter(email=people(number)[0]).delete()


def drop(number):
    Subscription.objects.filter(subscriber__email=people(number)[0]).delete()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (leave, Reason.LEFT),
        (suppress, Reason.SUPPRESSED),
        (erase, Reason.FORGOTTEN),
        (drop, Reason.NOT_CONFIRMED),
    ],
)
def test_who_is_no_longer_mailable_is_skipped_with_the_reason(act, reason):
    bulletin = make_sending_bulletin(people=3)
    act(1)
    transport = ObedientTransport()
    send(bulletin, transport)
    assert transport.handed == people(0, 2)
    assert statuses(bulletin) == ["sent", "skipped", "sent"]
    assert reasons(bulletin)[1] == reason
    assert bulletin.status == Bulletin.Status.SENT


def test_someone_who_leaves_while_a_group_is_handed_over_gets_nothing_after_it():
    bulletin = make_sending_bulletin(people=6)
    transport = ObedientTransport(most=2)
    transport.during = lambda: leave(2)
    send(bulletin, transport)
    assert transport.handed == people(0, 1, 3, 4, 5)


def test_a_pause_stops_within_a_group():
    bulletin = make_sending_bulletin(people=6)
    transport = ObedientTransport(most=2)
    transport.during = lambda: scheduling.pause(Bulletin.objects.get())
    make_worker(transport).send_slice(bulletin)
    assert transport.handed == people(0, 1)
    assert statuses(bulletin) == ["sent", "sent", *["queued"] * 4]


def test_after_a_pause_the_rest_goes_out_once():
    bulletin = make_sending_bulletin(people=6)
    transport = ObedientTransport(most=2)
    transport.during = lambda: scheduling.pause(Bulletin.objects.get())
    make_worker(transport).send_slice(bulletin)
    scheduling.resume(Bulletin.objects.get())
    transport.during = lambda: None
    send(bulletin, transport)
    assert transport.handed == people(*range(6))
    assert bulletin.status == Bulletin.Status.SENT


def test_a_cancel_stops_within_a_group_and_skips_the_rest():
    bulletin = make_sending_bulletin(people=6)
    transport = ObedientTransport(most=2)
    transport.during = lambda: scheduling.cancel(Bulletin.objects.get())
    make_worker(transport).send_slice(bulletin)
    assert transport.handed == people(0, 1)
    assert statuses(bulletin) == ["sent", "sent", *["skipped"] * 4]
    assert set(reasons(bulletin)[2:]) == {Reason.CANCELLED}


def test_a_stop_finishes_the_group_and_gives_the_rest_back():
    bulletin = make_sending_bulletin(people=6)
    transport = ObedientTransport(most=2)
    worker = make_worker(transport)
    transport.during = worker.stop.set
    worker.send_slice(bulletin)
    assert statuses(bulletin) == ["sent", "sent", *["queued"] * 4]
    assert bulletin.deliveries.due().filter(claim=None).count() == 4


# --- Each verdict ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (Verdict(Kind.REFUSED, "550 5.1.1 no such user"), Status.FAILED),
        (Verdict(Kind.REFUSED, "554 spam", after_body=True), Status.FAILED),
        (Verdict(Kind.BUSY, "450 greylisted"), Status.DEFERRED),
        (Verdict(Kind.IN_DOUBT, "no answer"), Status.IN_DOUBT),
    ],
)
def test_a_bad_verdict_moves_its_row_alone(verdict, status):
    bulletin = make_sending_bulletin(people=3)
    send(bulletin, answering(p1=verdict))
    assert statuses(bulletin) == ["sent", status, "sent"]
    assert reasons(bulletin) == ["", verdict.reason, ""]


@pytest.mark.parametrize("kind", [Kind.REFUSED, Kind.BUSY, Kind.IN_DOUBT])
def test_a_reason_is_never_empty(kind):
    bulletin = make_sending_bulletin(people=1)
    send(bulletin, answering(p0=Verdict(kind, "")))
    assert reasons(bulletin) == [Reason.NO_REASON]


def test_a_bulletin_with_a_deferred_row_is_not_sent_yet():
    bulletin = make_sending_bulletin(people=2)
    send(bulletin, answering(p0=Verdict(Kind.BUSY, "450 later")))
    assert bulletin.status == Bulletin.Status.SENDING
    bulletin.deliveries.update(due_at=Now())
    transport = ObedientTransport()
    send(bulletin, transport)
    assert transport.handed == people(0)
    assert bulletin.status == Bulletin.Status.SENT
    assert set(bulletin.deliveries.values_list("status", "reason")) == {("sent", "")}


def test_what_is_in_doubt_or_failed_is_not_sent_again_by_itself():
    bulletin = make_sending_bulletin(people=2)
    bad = {"p0": Verdict(Kind.IN_DOUBT, "cut"), "p1": Verdict(Kind.REFUSED, "550 no")}
    send(bulletin, answering(**bad))
    transport = ObedientTransport()
    Bulletin.objects.update(status="sending")
    send(bulletin, transport)
    assert transport.handed == []


@pytest.mark.parametrize(
    ("attempts", "retry_after", "least", "most"),
    [(0, None, 60, 75), (1, None, 120, 150), (2, 30, 240, 300), (0, 500, 500, 625)],
)
def test_a_busy_server_is_tried_later_and_later(attempts, retry_after, least, most):
    bulletin = make_sending_bulletin(people=1)
    bulletin.deliveries.update(attempts=attempts)
    busy = Verdict(Kind.BUSY, "450 later", retry_after=retry_after)
    send(bulletin, answering(p0=busy))
    wait = bulletin.deliveries.get().due_at - timezone.now()
    assert least - 2 <= wait.total_seconds() <= most


def test_the_back_off_has_jitter_and_an_end():
    random.seed(1)
    waits = {recording.back_off(30).total_seconds() for _ in range(10)}
    assert len(waits) == 10
    assert all(3600 <= wait <= 4500 for wait in waits)


def test_what_is_deferred_for_too_long_fails_with_its_last_reason():
    bulletin = make_sending_bulletin(people=1)
    since = Now() - recording.MAX_AGE - timedelta(seconds=1)
    bulletin.deliveries.update(status="deferred", deferred_since=since)
    send(bulletin, answering(p0=Verdict(Kind.BUSY, "450 4.2.0 still full")))
    assert statuses(bulletin) == ["failed"]
    assert reasons(bulletin) == ["450 4.2.0 still full"]
    assert bulletin.status == Bulletin.Status.SENT


def test_a_late_verdict_settles_a_doubt():
    bulletin = make_sending_bulletin(people=1)
    transport = ObedientTransport()

    def lease_runs_out():
        bulletin.deliveries.update(lease_until=Now() - timedelta(seconds=1))
        sweep()
        assert statuses(bulletin) == ["in_doubt"]

    transport.during = lease_runs_out
    send(bulletin, transport)
    assert statuses(bulletin) == ["sent"]


def test_a_late_refusal_changes_nothing():
    bulletin = make_sending_bulletin(people=1)
    transport = answering(p0=Verdict(Kind.REFUSED, "550 no"))
    transport.during = lambda: bulletin.deliveries.update(status="in_doubt")
    send(bulletin, transport)
    assert statuses(bulletin) == ["in_doubt"]


# --- Trouble that is about us ----------------------------------------------------


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


# --- A database that goes away ---------------------------------------------------


def test_a_verdict_in_hand_survives_a_database_that_is_away(monkeypatch):
    bulletin = make_sending_bulletin(people=4)
    failures = iter([True, True, False])
    write = delivering.record

    def away(claim, answers):
        if answers and next(failures, False):
            raise OperationalError("server closed the connection")
        write(claim, answers)

    monkeypatch.setattr(delivering, "record", away)
    transport = ObedientTransport(most=2)
    reports = []
    send(bulletin, transport, reports=reports)
    assert transport.handed == people(0, 1, 2, 3)
    assert statuses(bulletin) == ["sent"] * 4
    assert reports == [
        "The database does not answer, so nothing leaves: server closed the connection."
    ]


def test_a_commit_that_held_although_it_seemed_lost_sends_nobody_two(monkeypatch):
    bulletin = make_sending_bulletin(people=4)
    lost = iter([True])
    act = delivering.Slice._record_and_grant

    def answer_lost(self, group):
        granted = act(self, group)
        if next(lost, False):
            raise OperationalError("the answer to COMMIT never came")
        return granted

    monkeypatch.setattr(delivering.Slice, "_record_and_grant", answer_lost)
    transport = ObedientTransport(most=2)
    send(bulletin, transport)
    assert transport.handed == people(0, 1, 2, 3)
    assert set(bulletin.deliveries.values_list("status", "attempts")) == {("sent", 1)}


def test_a_grant_run_again_returns_what_the_first_run_granted():
    bulletin = make_sending_bulletin(people=3)
    claim = claim_slice(bulletin, size=3)
    assert grant(claim, claim.rows)[0] == claim.rows
    assert grant(claim, claim.rows) == (claim.rows, True)
    assert set(bulletin.deliveries.values_list("attempts", flat=True)) == {1}


# --- The pace --------------------------------------------------------------------


def test_with_a_pace_groups_are_small_and_take_their_time(settings):
    settings.PACE = 20.0
    bulletin = make_sending_bulletin(people=12)
    transport = ObedientTransport(most=50)
    begun = timezone.now()
    send(bulletin, transport)
    took = (timezone.now() - begun).total_seconds()
    assert transport.groups == [5, 5, 2]
    assert 0.5 <= took < 2.0


def test_a_verdict_does_not_wait_for_the_next_turn(settings):
    settings.PACE = 4.0
    bulletin = make_sending_bulletin(people=2)
    seen = []
    transport = ObedientTransport()
    worker = make_worker(transport)
    wait = worker.stop.wait
    worker.stop.wait = lambda seconds: seen.append(statuses(bulletin)) or wait(seconds)
    worker.send_slice(bulletin)
    assert seen[1] == ["sent", "claimed"]


def test_waiting_for_a_turn_ends_when_asked_to_stop(settings):
    settings.PACE = 0.01
    bulletin = make_sending_bulletin(people=2)
    transport = ObedientTransport()
    worker = make_worker(transport)
    worker.send_slice(bulletin)
    transport.before_connect = lambda: threading.Timer(0.1, worker.stop.set).start()
    begun = timezone.now()
    worker.send_slice(bulletin)
    assert (timezone.now() - begun).total_seconds() < 1
    assert statuses(bulletin) == ["sent", "queued"]

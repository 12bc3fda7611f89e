"""What each verdict makes of a delivery."""

import random
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from mailings import recording, settling
from mailings.granting import claim_slice, grant
from mailings.models import Bulletin, Delivery
from mailings.reasons import Reason
from mailings.sweeping import sweep
from senders.transports.base import Kind, Verdict
from tests.mailings.sending import (
    ObedientTransport,
    answering,
    make_sending_bulletin,
    people,
    reasons,
    send,
    statuses,
)

Status = Delivery.Status


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
    since = Now() - timedelta(seconds=settings.RETRY_LIMIT + 1)
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


@pytest.mark.parametrize("kind", Kind)
def test_a_late_verdict_changes_no_row_that_is_anothers_by_now(kind):
    bulletin = make_sending_bulletin(people=1)
    late = claim_slice(bulletin, size=1)
    granted, _go_on = grant(late, late.rows)
    bulletin.deliveries.update(lease_until=Now() - timedelta(seconds=1))
    sweep()
    settling.send_again(bulletin.deliveries.get())
    other = claim_slice(bulletin, size=1)
    grant(other, other.rows)
    recording.record(late.id, [recording.Answer(granted[0], Verdict(kind, "x"))])
    row = bulletin.deliveries.get()
    assert (row.status, row.claim) == (Status.SUBMITTING, other.id)


def test_each_mail_of_a_group_keeps_the_id_that_its_provider_gave_it():
    bulletin = make_sending_bulletin(people=5)
    transport = ObedientTransport(
        answer=lambda message: Verdict(Kind.SENT, provider_id=f"<{message.recipient}>")
    )
    send(bulletin, transport)
    rows = bulletin.deliveries.values_list("email", "provider_id", "status")
    assert [one for one in rows if one[1:] != (f"<{one[0]}>", "sent")] == []
    assert len(rows) == 5


def test_a_provider_that_gives_no_ids_leaves_them_empty():
    bulletin = make_sending_bulletin(people=3)
    send(bulletin, ObedientTransport(answer=lambda _: Verdict(Kind.SENT)))
    assert set(bulletin.deliveries.values_list("provider_id", flat=True)) == {""}


def test_one_answer_to_a_whole_batch_is_not_many_alike():
    bulletin = make_sending_bulletin(people=100)
    one = Verdict(Kind.IN_DOUBT, "no answer")
    other = Verdict(Kind.IN_DOUBT, "no answer")
    answers = iter([one] * 40 + [other] * 40)
    send(bulletin, ObedientTransport(most=40, answer=lambda _: next(answers, one)))
    # The third call in a row is what pauses it.
    assert bulletin.status == Bulletin.Status.PAUSED
    assert bulletin.deliveries.filter(status=Status.IN_DOUBT).count() == 100

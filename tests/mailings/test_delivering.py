"""Each gets one, and who may not be mailed gets none."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from mailings import scheduling
from mailings.granting import claim_slice, grant, release
from mailings.models import Bulletin, Delivery
from mailings.reasons import Reason
from mailings.sweeping import sweep
from senders.transports.base import Kind, Verdict
from subscribers.keys import address_key
from subscribers.models import Subscriber, Subscription, Suppression
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


def test_a_grant_asks_the_row_itself_whose_it_is():
    # PostgreSQL asks no subquery again where it waited for another worker's change.
    bulletin = make_sending_bulletin(people=2)
    claim = claim_slice(bulletin, size=2)
    with CaptureQueriesContext(connection) as asked:
        grant(claim, claim.rows)
    (update,) = [one["sql"] for one in asked if one["sql"].startswith("UPDATE")]
    assert 'FROM "mailings_delivery"' not in update


def test_at_most_one_group_is_in_submitting():
    bulletin = make_sending_bulletin(people=7)
    seen = []
    transport = ObedientTransport(most=3)
    transport.during = lambda: seen.append(statuses(bulletin).count("submitting"))
    send(bulletin, transport)
    assert seen == [3, 3, 1]


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

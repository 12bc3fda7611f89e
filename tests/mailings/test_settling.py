"""What an editor decides about mails that did not arrive, one by one and together."""

import pytest
from django.utils import timezone

from mailings import settling
from mailings.errors import MailingError, OnHold
from mailings.models import Bulletin, Delivery, TrailEntry
from subscribers.erasing import erase
from subscribers.models import Subscriber, Subscription
from tests.mailings.sending import (
    ObedientTransport,
    make_sending_bulletin,
    people,
    reasons,
    send,
    statuses,
)

Act = TrailEntry.Act
Status = Delivery.Status
OPEN_TO_EDITORS = (Status.FAILED, Status.IN_DOUBT)
MARIT = "Marit van Houten"


def make_settled(status, *, bulletin_status="sent"):
    bulletin = make_sending_bulletin(people=1)
    bulletin.deliveries.update(status=status, reason="why", attempts=1)
    Bulletin.objects.update(status=bulletin_status)
    return Delivery.objects.select_related("bulletin").get()


def make_ended(*states, bulletin_status="sent", **changes):
    """A bulletin whose deliveries are in these states, in their order."""
    bulletin = make_sending_bulletin(people=len(states), **changes)
    for row, state in zip(bulletin.deliveries.order_by("pk"), states, strict=True):
        left = {"left_at": timezone.now()} if state == "left" else {}
        here = Delivery.objects.filter(pk=row.pk)
        here.update(status="in_doubt" if left else state, attempts=1, **left)
    Bulletin.objects.update(status=bulletin_status, finished_at=timezone.now())
    bulletin.refresh_from_db()
    return bulletin


def last_of_the_trail(bulletin):
    last = bulletin.trail.order_by("pk").last()
    return (last.act, last.who, last.count, last.delivery_id)


@pytest.mark.parametrize("status", OPEN_TO_EDITORS)
def test_sending_again_opens_the_bulletin_again_and_the_mail_leaves(status):
    delivery = make_settled(status)
    settling.send_again(delivery, by=MARIT)
    bulletin = delivery.bulletin
    bulletin.refresh_from_db()
    assert (delivery.status, bulletin.status) == (Status.QUEUED, "sending")
    assert last_of_the_trail(bulletin) == (Act.SENT_AGAIN, MARIT, 1, delivery.pk)
    transport = ObedientTransport()
    send(bulletin, transport)
    assert transport.handed == ["p0@lezer.example"]
    assert (statuses(bulletin), bulletin.status) == (["sent"], "sent")


@pytest.mark.parametrize("status", sorted(set(Status) - set(OPEN_TO_EDITORS)))
def test_nothing_else_is_sent_again(status):
    delivery = make_settled(status)
    with pytest.raises(MailingError):
        settling.send_again(delivery)
    assert Delivery.objects.get().status == status
    assert Bulletin.objects.get().status == "sent"


def test_nothing_of_a_cancelled_bulletin_is_sent_again():
    delivery = make_settled(Status.FAILED, bulletin_status="cancelled")
    with pytest.raises(MailingError):
        settling.send_again(delivery)
    with pytest.raises(MailingError):
        settling.send_to_unreached(delivery.bulletin, kinds=OPEN_TO_EDITORS)
    assert Delivery.objects.get().status == Status.FAILED


@pytest.mark.parametrize("together", [False, True])
def test_sending_again_during_a_pause_waits_for_it(together):
    delivery = make_settled(Status.IN_DOUBT, bulletin_status="paused")
    if together:
        settling.send_to_unreached(delivery.bulletin, kinds=OPEN_TO_EDITORS)
    else:
        settling.send_again(delivery)
    assert Bulletin.objects.get().status == "paused"
    assert Delivery.objects.get().status == Status.QUEUED


def test_leaving_it_is_remembered_and_changes_nothing_else():
    delivery = make_settled(Status.IN_DOUBT)
    settling.leave_it(delivery, by=MARIT)
    assert delivery.left_at
    assert (delivery.status, delivery.reason) == (Status.IN_DOUBT, "why")
    assert last_of_the_trail(delivery.bulletin) == (Act.LEFT, MARIT, None, delivery.pk)


def test_who_leaves_it_second_changes_nothing_and_is_not_noted():
    delivery = make_settled(Status.IN_DOUBT)
    settling.leave_it(delivery, by=MARIT)
    settling.leave_it(delivery, by="Joris")
    assert delivery.bulletin.trail.filter(act=Act.LEFT).count() == 1


def test_what_was_left_may_still_be_sent_again():
    delivery = make_settled(Status.IN_DOUBT)
    settling.leave_it(delivery)
    settling.send_again(delivery)
    assert (delivery.status, delivery.left_at) == (Status.QUEUED, None)


def test_only_what_is_in_doubt_can_be_left():
    delivery = make_settled(Status.FAILED)
    with pytest.raises(MailingError):
        settling.leave_it(delivery)
    with pytest.raises(MailingError):
        settling.leave_all(delivery.bulletin)
    assert not Delivery.objects.filter(left_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("kinds", "again"),
    [
        ({Status.FAILED}, [1, 2]),
        ({Status.IN_DOUBT}, [3]),
        ({Status.FAILED, Status.IN_DOUBT}, [1, 2, 3]),
        (set(Status), [1, 2, 3]),
    ],
)
def test_those_not_reached_get_it_once_more_by_choice_and_nobody_else(kinds, again):
    bulletin = make_ended("sent", "failed", "failed", "in_doubt", "left", "skipped")

    count = settling.send_to_unreached(bulletin, kinds=kinds, by=MARIT)

    assert (count, bulletin.status) == (len(again), "sending")
    assert bulletin.finished_at is None
    assert last_of_the_trail(bulletin) == (Act.SENT_AGAIN, MARIT, count, None)
    transport = ObedientTransport()
    send(bulletin, transport)
    assert transport.handed == people(*again)
    assert bulletin.status == "sent"


def test_who_left_meanwhile_is_skipped():
    bulletin = make_ended("failed", "failed")
    here = Subscription.objects.filter(subscriber__email="p1@lezer.example")
    here.update(status=Subscription.Status.UNSUBSCRIBED)
    settling.send_to_unreached(bulletin, kinds={Status.FAILED})
    send(bulletin, ObedientTransport())
    assert statuses(bulletin) == ["sent", "skipped"]
    assert reasons(bulletin)[1] == "left"


def test_who_was_erased_is_never_among_them():
    bulletin = make_ended("failed", "in_doubt", "failed")
    for person in Subscriber.objects.exclude(email="p2@lezer.example"):
        erase(person)
    assert settling.send_to_unreached(bulletin, kinds=OPEN_TO_EDITORS) == 1
    assert statuses(bulletin) == ["failed", "in_doubt", "queued"]


@pytest.mark.parametrize("kinds", [set(), {Status.IN_DOUBT}, {Status.SENT}])
def test_where_there_is_nobody_nothing_opens(kinds):
    bulletin = make_ended("sent", "failed", "left")
    with pytest.raises(MailingError):
        settling.send_to_unreached(bulletin, kinds=kinds)
    assert (bulletin.status, statuses(bulletin)) == (
        "sent",
        ["sent", "failed", "in_doubt"],
    )


def test_where_the_number_is_another_than_was_shown_nothing_is_sent():
    bulletin = make_ended("failed", "failed")
    with pytest.raises(MailingError, match="aantallen"):
        settling.send_to_unreached(bulletin, kinds={Status.FAILED}, expected=1)
    assert statuses(bulletin) == ["failed", "failed"]
    with pytest.raises(MailingError, match="aantallen"):
        settling.send_to_unreached(bulletin, kinds={Status.IN_DOUBT}, expected=1)
    assert not bulletin.trail.filter(act=Act.SENT_AGAIN).exists()


def test_while_sending_is_on_hold_nothing_is_sent_again(settings):
    bulletin = make_ended("failed")
    settings.SENDING = "hold"
    with pytest.raises(OnHold):
        settling.send_to_unreached(bulletin, kinds={Status.FAILED})
    assert statuses(bulletin) == ["failed"]


def test_all_that_are_in_doubt_are_left_at_once_and_the_number_is_noted():
    bulletin = make_ended("in_doubt", "failed", "in_doubt", "left")
    assert settling.leave_all(bulletin, by=MARIT) == 2
    assert bulletin.deliveries.filter(left_at__isnull=False).count() == 3
    assert last_of_the_trail(bulletin) == (Act.LEFT, MARIT, 2, None)


def test_the_rate_of_the_new_run_counts_from_what_was_handled_before_it():
    bulletin = make_ended("sent", "failed", "failed", "skipped")
    settling.send_to_unreached(bulletin, kinds={Status.FAILED})
    assert bulletin.handled_before == 2
    assert bulletin.going_since > bulletin.started_at


def test_sending_again_in_mid_send_takes_them_from_what_was_handled_before():
    bulletin = make_ended("failed", "queued", bulletin_status="sending")
    Bulletin.objects.update(handled_before=1)
    settling.send_to_unreached(bulletin, kinds={Status.FAILED})
    settling_again = Bulletin.objects.get()
    assert (settling_again.handled_before, settling_again.status) == (0, "sending")

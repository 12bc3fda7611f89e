import pytest

from mailings import settling
from mailings.errors import MailingError
from mailings.models import Bulletin, Delivery
from tests.mailings.sending import (
    ObedientTransport,
    make_sending_bulletin,
    send,
    statuses,
)

Status = Delivery.Status
OPEN_TO_EDITORS = (Status.FAILED, Status.IN_DOUBT)


def make_settled(status, *, bulletin_status="sent"):
    bulletin = make_sending_bulletin(people=1)
    bulletin.deliveries.update(status=status, reason="why", attempts=1)
    Bulletin.objects.update(status=bulletin_status)
    return Delivery.objects.select_related("bulletin").get()


@pytest.mark.parametrize("status", OPEN_TO_EDITORS)
def test_sending_again_opens_the_bulletin_again_and_the_mail_leaves(status):
    delivery = make_settled(status)
    settling.send_again(delivery)
    bulletin = delivery.bulletin
    bulletin.refresh_from_db()
    assert (delivery.status, bulletin.status) == (Status.QUEUED, "sending")
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
    assert Delivery.objects.get().status == Status.FAILED


def test_sending_again_during_a_pause_waits_for_it():
    delivery = make_settled(Status.IN_DOUBT, bulletin_status="paused")
    settling.send_again(delivery)
    assert Bulletin.objects.get().status == "paused"


def test_leaving_it_is_remembered_and_changes_nothing_else():
    delivery = make_settled(Status.IN_DOUBT)
    settling.leave_it(delivery)
    assert delivery.left_at
    assert (delivery.status, delivery.reason) == (Status.IN_DOUBT, "why")


def test_only_what_is_in_doubt_can_be_left():
    with pytest.raises(MailingError):
        settling.leave_it(make_settled(Status.FAILED))

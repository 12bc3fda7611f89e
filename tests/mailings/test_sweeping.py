from datetime import timedelta

import pytest
from django.db.models.functions import Now

from mailings import scheduling
from mailings.models import Bulletin, Delivery
from mailings.reasons import Reason
from mailings.sweeping import sweep
from tests.mailings.sending import make_sending_bulletin, reasons, statuses

OVER, RUNNING = timedelta(seconds=-1), timedelta(seconds=60)


def lease(bulletin, status, left):
    bulletin.deliveries.update(status=status, lease_until=Now() + left)


@pytest.mark.parametrize(
    ("status", "left", "becomes"),
    [
        ("claimed", OVER, "queued"),
        ("claimed", RUNNING, "claimed"),
        ("submitting", OVER, "in_doubt"),
        ("submitting", RUNNING, "submitting"),
    ],
)
def test_a_lease_that_is_over_ends_the_claim(status, left, becomes):
    bulletin = make_sending_bulletin(people=1)
    lease(bulletin, status, left)
    sweep()
    assert statuses(bulletin) == [becomes]


def test_what_is_in_doubt_says_why():
    bulletin = make_sending_bulletin(people=1)
    lease(bulletin, "submitting", OVER)
    sweep()
    assert reasons(bulletin) == [Reason.STOPPED]


def test_a_claim_that_is_over_is_due_again():
    bulletin = make_sending_bulletin(people=1)
    lease(bulletin, "claimed", OVER)
    sweep()
    assert bulletin.deliveries.due().count() == 1
    assert bulletin.deliveries.get().claim is None


def test_a_claim_on_a_cancelled_bulletin_is_skipped_once_it_is_over():
    bulletin = make_sending_bulletin(people=1)
    lease(bulletin, "claimed", OVER)
    scheduling.cancel(bulletin)
    sweep()
    assert (statuses(bulletin), reasons(bulletin)) == (["skipped"], [Reason.CANCELLED])


def test_what_a_cancel_just_missed_is_skipped():
    bulletin = make_sending_bulletin(people=1)
    Bulletin.objects.update(status="cancelled", finished_at=Now())
    sweep()
    assert (statuses(bulletin), reasons(bulletin)) == (["skipped"], [Reason.CANCELLED])


@pytest.mark.parametrize(
    "status", sorted(set(Delivery.Status) - {"claimed", "submitting"})
)
def test_other_deliveries_are_left_alone(status):
    bulletin = make_sending_bulletin(people=1)
    lease(bulletin, status, OVER)
    sweep()
    assert statuses(bulletin) == [status]

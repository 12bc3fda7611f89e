from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from mailings import figures
from mailings.figures import Progress
from mailings.models import Bulletin, Delivery
from tests.mailings.sending import make_sending_bulletin
from tests.make import make_bulletin

Status = Delivery.Status
counts = some.fixed_dictionaries(
    {status.value: some.integers(0, 10**6) for status in Status}
)


@given(counts)
def test_totals_always_add_up(totals):
    progress = Progress(totals, rate=0, seconds_left=None)
    assert progress.audience == sum(totals.values())
    assert progress.handled + progress.open == progress.audience
    assert 0 <= progress.percent <= 100
    assert (progress.percent == 100) == (progress.open == 0 < progress.audience)


def test_every_status_is_counted():
    bulletin = make_sending_bulletin(people=8)
    for row, status in zip(bulletin.deliveries.all(), Status, strict=True):
        Delivery.objects.filter(pk=row.pk).update(status=status)
    assert figures.totals(bulletin) == dict.fromkeys(Status.values, 1)


def test_before_the_start_all_is_zero(django_assert_num_queries):
    bulletin = make_bulletin()
    with django_assert_num_queries(1):
        progress = figures.progress(bulletin)
    assert (progress.audience, progress.percent, progress.rate) == (0, 0, 0)
    assert progress.seconds_left is None


def test_the_time_left_follows_from_the_rate(settings):
    bulletin = make_sending_bulletin(people=4)
    bulletin.started_at = timezone.now() - timedelta(seconds=10)
    one = bulletin.deliveries.first()
    Delivery.objects.filter(pk=one.pk).update(status=Status.SENT)
    progress = figures.progress(bulletin)
    assert progress.rate == pytest.approx(0.1, rel=0.05)
    assert progress.seconds_left == pytest.approx(30, abs=2)
    settings.PACE = 0.05
    assert figures.progress(bulletin).seconds_left == 60


def test_a_paused_bulletin_has_no_time_left():
    bulletin = make_sending_bulletin(people=2)
    Delivery.objects.filter(pk=bulletin.deliveries.first().pk).update(status="sent")
    bulletin.status = Bulletin.Status.PAUSED
    assert figures.progress(bulletin).seconds_left is None

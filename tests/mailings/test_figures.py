from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from mailings import figures
from mailings.figures import Progress
from mailings.models import Bulletin, Delivery, Slowdown
from tests.ledgers import make_delivery, make_gone
from tests.mailings.sending import make_sending_bulletin
from tests.make import make_bulletin

Status = Delivery.Status
counts = some.fixed_dictionaries(
    {status.value: some.integers(0, 10**6) for status in Status}
)


def mark(bulletin, status, how_many, **changes):
    rows = bulletin.deliveries.filter(status="queued").values_list("pk", flat=True)
    some_rows = Delivery.objects.filter(pk__in=list(rows[:how_many]))
    some_rows.update(status=status, **changes)


def ten_seconds_ago():
    return timezone.now() - timedelta(seconds=10)


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
    held = {"claimed": 0, "submitting": 0, "queued": 3}
    told = dict.fromkeys(Status.values, 1) | held
    assert figures.tallied([bulletin]) == {bulletin.pk: told}


def test_before_the_start_all_is_zero(django_assert_num_queries):
    bulletin = make_bulletin()
    with django_assert_num_queries(1):
        progress = figures.progress(bulletin)
    assert (progress.audience, progress.percent, progress.rate) == (0, 0, 0)
    assert progress.seconds_left is None


def test_many_bulletins_are_one_question(django_assert_num_queries):
    gone = [make_gone("sent") for _ in range(3)]
    for number, bulletin in enumerate(gone):
        for _ in range(number):
            make_delivery(bulletin)
    with django_assert_num_queries(1):
        found = figures.progress_of(gone)
    assert [found[one.pk].totals["sent"] for one in gone] == [0, 1, 2]


def test_the_time_left_follows_from_the_rate(settings):
    bulletin = make_sending_bulletin(people=4)
    bulletin.going_since = ten_seconds_ago()
    mark(bulletin, "sent", 1)
    progress = figures.progress(bulletin)
    assert progress.rate == pytest.approx(0.1, rel=0.05)
    assert progress.seconds_left == pytest.approx(30, abs=2)
    settings.PACE = 0.05
    assert figures.progress(bulletin).seconds_left == 60


def test_the_rate_is_of_this_run_alone():
    bulletin = make_sending_bulletin(people=8)
    bulletin.started_at = timezone.now() - timedelta(days=1)
    bulletin.going_since, bulletin.handled_before = ten_seconds_ago(), 4
    mark(bulletin, "sent", 6)
    progress = figures.progress(bulletin)
    assert progress.rate == pytest.approx(0.2, rel=0.05)
    assert progress.seconds_left == pytest.approx(10, abs=1)


def test_who_just_went_on_has_no_rate_yet():
    bulletin = make_sending_bulletin(people=4)
    mark(bulletin, "sent", 2)
    bulletin.handled_before = 3  # one of them is sent again
    progress = figures.progress(bulletin)
    assert (progress.rate, progress.seconds_left) == (0, None)


def test_a_paused_bulletin_has_no_time_left():
    bulletin = make_sending_bulletin(people=2)
    mark(bulletin, "sent", 1)
    bulletin.status = Bulletin.Status.PAUSED
    assert figures.progress(bulletin).seconds_left is None


def test_where_all_wait_for_another_try_no_rate_tells_how_long():
    bulletin = make_sending_bulletin(people=3)
    mark(bulletin, "sent", 1)
    mark(bulletin, "deferred", 2, due_at=Now() + timedelta(minutes=7))
    progress = figures.progress(bulletin)
    assert (progress.rate > 0, progress.seconds_left) == (True, None)
    until = figures.next_try(bulletin) - timezone.now()
    assert until.total_seconds() == pytest.approx(420, abs=20)


def test_it_is_not_done_before_the_next_try():
    bulletin = make_sending_bulletin(people=4)
    bulletin.going_since = ten_seconds_ago()
    mark(bulletin, "sent", 1)
    mark(bulletin, "deferred", 1, due_at=Now() + timedelta(minutes=7))
    assert figures.progress(bulletin).seconds_left == pytest.approx(420, abs=20)
    bulletin.deliveries.filter(status="deferred").update(due_at=Now())
    assert figures.progress(bulletin).seconds_left == pytest.approx(30, abs=2)


def test_what_is_due_already_has_no_next_try():
    bulletin = make_sending_bulletin(people=3)
    mark(bulletin, "deferred", 1)
    assert figures.next_try(bulletin) is None


def by_domain(bulletin):
    totals = figures.progress(bulletin).totals
    return figures.by_domain(bulletin, totals=totals)


def domains(bulletin):
    return [(one.domain, one.audience) for one in by_domain(bulletin)]


def test_the_largest_domains_stand_first_and_the_rest_is_one(monkeypatch):
    monkeypatch.setattr(figures, "DOMAINS", 2)
    bulletin = make_gone("sending")
    for domain, people in {"a.nl": 1, "b.nl": 3, "c.nl": 2, "d.nl": 1}.items():
        for _ in range(people):
            make_delivery(bulletin, domain=domain)
    make_delivery(make_gone("sending"), domain="b.nl")
    assert domains(bulletin) == [("b.nl", 3), ("c.nl", 2), ("", 2)]


def test_a_domain_says_what_became_of_its_mail_and_together_they_are_all():
    bulletin = make_gone("sending")
    for number, status in enumerate(Status):
        make_delivery(bulletin, domain="ab"[number % 2] + ".nl", status=status)
    make_delivery(bulletin, domain="", status="skipped")  # somebody who was erased
    found = by_domain(bulletin)
    assert [(one.domain, one.audience) for one in found] == [
        ("a.nl", 4),
        ("b.nl", 4),
        ("", 1),
    ]
    sums = {name: sum(one.totals[name] for one in found) for name in Status.values}
    assert sums == figures.tallied([bulletin])[bulletin.pk]


def test_a_slow_domain_is_named_while_mail_waits_for_it(monkeypatch):
    monkeypatch.setattr(figures, "DOMAINS", 1)
    bulletin = make_gone("sending")
    for domain, status in (
        ("big.nl", "sent"),
        ("big.nl", "sent"),
        ("slow.nl", "deferred"),
        ("done.nl", "sent"),
        ("over.nl", "deferred"),
    ):
        make_delivery(bulletin, domain=domain, status=status)
    for domain, minutes in {"slow.nl": 9, "done.nl": 9, "over.nl": -1}.items():
        until = timezone.now() + timedelta(minutes=minutes)
        Slowdown.objects.create(domain=domain, until=until, reason="450 wait")
    found = by_domain(bulletin)
    assert [one.domain for one in found] == ["big.nl", "slow.nl", ""]
    assert [one.slowed and one.slowed.reason for one in found] == [
        None,
        "450 wait",
        None,
    ]


def test_before_the_start_there_is_no_domain():
    assert by_domain(make_bulletin()) == []

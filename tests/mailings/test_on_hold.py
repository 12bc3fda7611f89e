"""SENDING=hold: no bulletin leaves, whatever state the database is in."""

import threading
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import override_settings
from django.utils import timezone, translation

from mailings import scheduling, settling, starting, working
from mailings.errors import OnHold
from mailings.models import Bulletin, Delivery
from mailings.reasons import Reason
from tests.mailings.sending import (
    ObedientTransport,
    make_due_bulletin,
    make_sending_bulletin,
    make_worker,
    reasons,
    statuses,
)
from tests.make import make_bulletin

Status = Bulletin.Status


@pytest.fixture
def on_hold(settings):
    settings.SENDING = "hold"


@pytest.fixture
def transport(monkeypatch):
    made = ObedientTransport()
    monkeypatch.setattr(working, "make_transport", lambda **_: made)
    return made


def make_due_bulletin_before_the_hold(**changes) -> Bulletin:
    with override_settings(SENDING="on"):
        return make_due_bulletin(**changes)


def make_sending_bulletin_before_the_hold(**changes) -> Bulletin:
    with override_settings(SENDING="on"):
        return make_sending_bulletin(**changes)


def work():
    working.work(until_idle=True, stop=threading.Event())


def now(bulletin: Bulletin) -> Bulletin:
    return Bulletin.objects.get(pk=bulletin.pk)


def test_on_hold_what_is_due_is_held(on_hold, transport):
    bulletin = make_due_bulletin_before_the_hold()
    work()
    assert (now(bulletin).status, now(bulletin).reason) == (
        Status.HELD,
        Reason.ON_HOLD,
    )
    assert transport.handed == []


def test_on_hold_what_is_not_due_stays_scheduled(on_hold, transport):
    bulletin = make_bulletin(status=Status.SCHEDULED, send_at="2999-01-01T00:00Z")
    work()
    assert now(bulletin).status == Status.SCHEDULED


def test_on_hold_what_goes_out_is_paused_with_a_plain_reason(on_hold, transport):
    bulletin = make_sending_bulletin_before_the_hold()
    work()
    assert (now(bulletin).status, now(bulletin).reason) == (
        Status.PAUSED,
        Reason.ON_HOLD,
    )
    assert statuses(bulletin) == ["queued"] * 5
    assert transport.handed == []


def test_on_hold_what_a_dead_worker_left_is_put_right(on_hold, transport):
    bulletin = make_sending_bulletin_before_the_hold(people=2)
    first, second = bulletin.deliveries.order_by("pk")
    over = Now() - timedelta(seconds=1)
    bulletin.deliveries.filter(pk=first.pk).update(status="claimed", lease_until=over)
    bulletin.deliveries.filter(pk=second.pk).update(
        status="submitting", lease_until=over
    )
    work()
    assert statuses(bulletin) == ["queued", "in_doubt"]
    assert reasons(bulletin) == ["", Reason.STOPPED]
    assert transport.handed == []


def test_on_hold_what_has_nothing_left_to_send_ends(on_hold, transport):
    bulletin = make_sending_bulletin_before_the_hold(people=1)
    bulletin.deliveries.update(status="sent")
    work()
    assert now(bulletin).status == Status.SENT


def test_on_hold_a_worker_claims_and_starts_nothing(on_hold):
    due = make_due_bulletin_before_the_hold()
    sending = make_bulletin(lists=list(due.lists.all()), sender=due.sender)
    with override_settings(SENDING="on"):
        scheduling.schedule(sending, send_at=None, accept_warnings=True)
        assert starting.start(sending)
    transport = ObedientTransport()
    assert not make_worker(transport).send_slice(sending)
    assert not starting.start_due()
    assert (now(due).status, now(sending).status) == (
        Status.SCHEDULED,
        Status.SENDING,
    )
    assert transport.handed == []


def test_on_hold_nobody_lets_anything_leave(on_hold):
    held = make_bulletin(status=Status.HELD)
    paused = make_bulletin(status=Status.PAUSED, lists=[], sender=held.sender)
    draft = make_bulletin(lists=[], sender=held.sender)
    refused = [
        lambda: scheduling.release(held, send_at=None),
        lambda: scheduling.release_now(held),
        lambda: scheduling.resume(paused),
        lambda: scheduling.send_now(draft),
        lambda: scheduling.schedule(draft, send_at=None),
        lambda: settling.send_again(Delivery(bulletin=paused)),
    ]
    for act in refused:
        with translation.override("en"), pytest.raises(OnHold, match="on hold"):
            act()
    kept = [now(one).status for one in (held, paused, draft)]
    assert kept == [Status.HELD, Status.PAUSED, Status.DRAFT]


def test_on_hold_a_later_day_may_be_planned_and_everything_held_back(on_hold):
    bulletin = make_due_bulletin_before_the_hold()
    scheduling.take_back(bulletin)
    tomorrow = timezone.now() + timedelta(days=1)
    scheduling.schedule(bulletin, send_at=tomorrow, accept_warnings=True)
    assert now(bulletin).status == Status.SCHEDULED


def test_after_the_hold_it_goes_on_once_an_editor_says_so(settings, transport):
    settings.SENDING = "hold"
    bulletin = make_sending_bulletin_before_the_hold(people=3)
    work()
    settings.SENDING = "on"
    work()
    assert transport.handed == []
    scheduling.resume(now(bulletin))
    work()
    assert sorted(transport.handed) == [f"p{n}@lezer.example" for n in range(3)]
    assert now(bulletin).status == Status.SENT

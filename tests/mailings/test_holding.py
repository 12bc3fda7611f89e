"""A bulletin that missed its time asks before it goes out."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from mailings import holding, scheduling, starting, working
from mailings.errors import MailingError, WrongState
from mailings.models import Bulletin, Delivery
from mailings.reasons import Reason
from senders.models import Letter
from tests.mailings.sending import (
    ObedientTransport,
    make_due_bulletin,
    make_held_bulletin,
    make_late_bulletin,
    send,
)
from tests.make import make_bulletin

Status = Bulletin.Status


@pytest.fixture
def transport(monkeypatch):
    made = ObedientTransport()
    monkeypatch.setattr(working, "make_transport", lambda **_: made)
    return made


def work():
    working.work(until_idle=True, stop=threading.Event())


def now(bulletin: Bulletin) -> Bulletin:
    return Bulletin.objects.get(pk=bulletin.pk)


def test_what_missed_its_time_is_held_and_nothing_of_it_leaves(transport):
    bulletin = make_late_bulletin()
    was_due = bulletin.send_at
    work()
    held = now(bulletin)
    assert (held.status, held.reason) == (Status.HELD, Reason.LATE)
    assert (held.send_at, held.edition) == (was_due, bulletin.edition)
    assert not Delivery.objects.exists()
    assert transport.handed == []


@pytest.mark.parametrize(
    ("late", "status"), [(50, Status.SENT), (70, Status.HELD), (86400, Status.HELD)]
)
def test_how_late_is_too_late_is_a_setting(settings, transport, late, status):
    settings.LATE_LIMIT = 60
    bulletin = make_late_bulletin(by=timedelta(seconds=late))
    work()
    assert now(bulletin).status == status


def test_one_that_is_late_does_not_keep_another(transport):
    late = make_late_bulletin(people=2)
    good = make_bulletin(lists=list(late.lists.all()), sender=late.sender)
    scheduling.schedule(good, send_at=None, accept_warnings=True)
    work()
    assert (now(late).status, now(good).status) == (Status.HELD, Status.SENT)
    assert len(transport.handed) == 2


def test_what_became_late_since_it_was_looked_for_does_not_start():
    bulletin = make_late_bulletin()
    assert not starting.start(bulletin)
    assert now(bulletin).status == Status.SCHEDULED
    assert not Delivery.objects.exists()


def test_what_was_put_off_since_it_was_looked_for_does_not_start():
    seen = make_due_bulletin()
    editors = now(seen)
    scheduling.take_back(editors)
    tomorrow = timezone.now() + timedelta(days=1)
    scheduling.schedule(editors, send_at=tomorrow, accept_warnings=True)
    assert not starting.start(seen)
    assert now(seen).status == Status.SCHEDULED


def test_of_two_workers_one_holds_it():
    bulletin = make_late_bulletin()
    assert holding.hold_back()
    assert not holding.hold_back()
    assert now(bulletin).status == Status.HELD


def test_an_editor_who_was_first_is_not_overruled(monkeypatch):
    first = make_late_bulletin(people=1)
    second = make_bulletin(lists=list(first.lists.all()), sender=first.sender)
    scheduling.schedule(second, send_at=None)
    Bulletin.objects.filter(pk=second.pk).update(send_at=now(first).send_at)
    tomorrow = timezone.now() + timedelta(days=1)
    move_to = Bulletin.move_to

    def meanwhile_the_editor(self, target, **changes):
        move_to(self, target, **changes)
        if self.pk == first.pk:
            scheduling.take_back(put_off := now(second))
            scheduling.schedule(put_off, send_at=tomorrow)

    monkeypatch.setattr(Bulletin, "move_to", meanwhile_the_editor)
    assert holding.hold_back()
    assert (now(first).status, now(second).status) == (Status.HELD, Status.SCHEDULED)


def test_the_operators_are_told_once(settings):
    settings.OPERATORS = ["ops@lageland.example", "nacht@lageland.example"]
    bulletin = make_late_bulletin()
    assert holding.hold_back()
    assert not holding.hold_back()
    told = Letter.objects.order_by("pk")
    assert [letter.recipient for letter in told] == settings.OPERATORS
    for letter in told:
        assert f"/admin/mailings/bulletin/{bulletin.pk}/progress/" in letter.text
        assert bulletin.subject in letter.text
        assert f"{timezone.localtime(bulletin.send_at):%Y-%m-%d %H:%M}" in letter.text


def test_what_is_released_leaves_exactly_as_it_was_fixed():
    bulletin = make_held_bulletin(people=2)
    Bulletin.objects.filter(pk=bulletin.pk).update(subject="Iets anders")
    scheduling.release(bulletin, send_at=None)
    assert (bulletin.status, bulletin.reason) == (Status.SCHEDULED, "")
    assert not holding.hold_back()
    assert starting.start_due()
    transport = ObedientTransport()
    send(now(bulletin), transport)
    assert len(transport.handed) == 2
    edition = now(bulletin).edition
    assert edition.subject == "Handreiking hoogwater"


def test_releasing_now_leaves_time_to_take_it_back(settings):
    settings.UNDO_SECONDS = 40
    bulletin = make_held_bulletin()
    scheduling.release_now(bulletin)
    left = (bulletin.send_at - timezone.now()).total_seconds()
    assert 38 < left <= 40
    assert not starting.start_due()
    scheduling.take_back(bulletin)
    assert (bulletin.status, bulletin.reason) == (Status.DRAFT, "")


def test_what_is_held_may_leave_at_another_time():
    bulletin = make_held_bulletin()
    tomorrow = timezone.now() + timedelta(days=1)
    scheduling.release(bulletin, send_at=tomorrow)
    assert (bulletin.status, bulletin.send_at) == (Status.SCHEDULED, tomorrow)


def test_what_is_held_may_become_a_draft_again():
    bulletin = make_held_bulletin()
    scheduling.take_back(bulletin)
    assert (bulletin.status, bulletin.send_at, bulletin.edition, bulletin.reason) == (
        Status.DRAFT,
        None,
        None,
        "",
    )


def test_a_time_that_has_passed_releases_nothing():
    bulletin = make_held_bulletin()
    with pytest.raises(MailingError):
        scheduling.release(bulletin, send_at=timezone.now() - timedelta(minutes=2))
    assert now(bulletin).status == Status.HELD


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.HELD}))
def test_only_what_is_held_is_released(status):
    bulletin = make_bulletin(status=status)
    with pytest.raises(WrongState):
        scheduling.release(bulletin, send_at=None)
    assert now(bulletin).status == status

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from mailings import scheduling
from mailings.errors import MailingError, NotReady, WrongState
from mailings.models import Bulletin, Edition
from mailings.reasons import Reason
from senders.transports.base import Kind, Verdict
from tests.mailings.sending import (
    answering,
    make_sending_bulletin,
    reasons,
    send,
    statuses,
)
from tests.make import make_bulletin, make_list, make_subscriber

Status = Bulletin.Status
PICTURE = '<p>Beste lezer</p><img src="https://www.lageland.example/a.png">'


def make_draft(**changes):
    mailing_list = make_list()
    make_subscriber(lists=[mailing_list])
    return make_bulletin(lists=[mailing_list], **changes)


def tomorrow():
    return timezone.now() + timedelta(days=1)


def test_scheduling_fixes_what_was_written():
    bulletin = make_draft()
    at = tomorrow()
    scheduling.schedule(bulletin, send_at=at)
    assert (bulletin.status, bulletin.send_at) == (Status.SCHEDULED, at)
    Bulletin.objects.filter(pk=bulletin.pk).update(subject="Iets anders")
    bulletin.refresh_from_db()
    assert bulletin.edition.subject == "Handreiking hoogwater"


def test_what_is_compiled_is_what_the_database_holds():
    bulletin = make_draft()
    Bulletin.objects.filter(pk=bulletin.pk).update(subject="Later bewaard")
    scheduling.schedule(bulletin, send_at=tomorrow())
    assert bulletin.edition.subject == "Later bewaard"


def test_without_a_time_it_is_due_at_once():
    bulletin = make_draft()
    scheduling.schedule(bulletin, send_at=None)
    assert list(Bulletin.objects.due()) == [bulletin]


def test_an_error_that_preflight_finds_blocks():
    bulletin = make_draft(subject="")
    with pytest.raises(NotReady) as refused:
        scheduling.schedule(bulletin, send_at=tomorrow(), accept_warnings=True)
    assert refused.value.problems
    bulletin.refresh_from_db()
    assert (bulletin.status, bulletin.edition) == (Status.DRAFT, None)
    assert not Edition.objects.exists()


def test_a_warning_blocks_until_it_is_ticked_off():
    bulletin = make_draft(body=PICTURE)
    with pytest.raises(NotReady):
        scheduling.schedule(bulletin, send_at=tomorrow())
    scheduling.schedule(bulletin, send_at=tomorrow(), accept_warnings=True)
    assert bulletin.status == Status.SCHEDULED
    assert bulletin.ticked_off


def test_a_warning_stays_ticked_off():
    bulletin = make_draft(body=PICTURE)
    scheduling.schedule(bulletin, send_at=tomorrow(), accept_warnings=True)
    scheduling.take_back(bulletin)
    scheduling.schedule(bulletin, send_at=tomorrow())
    assert bulletin.status == Status.SCHEDULED


def test_a_time_in_the_past_is_refused():
    bulletin = make_draft()
    with pytest.raises(MailingError) as refused:
        scheduling.schedule(bulletin, send_at=timezone.now() - timedelta(minutes=2))
    assert type(refused.value) is MailingError  # not a problem of the text
    bulletin.refresh_from_db()
    assert bulletin.status == Status.DRAFT


def test_a_moment_ago_is_not_the_past():
    bulletin = make_draft()
    scheduling.schedule(bulletin, send_at=timezone.now() - timedelta(seconds=30))
    assert bulletin.status == Status.SCHEDULED


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DRAFT}))
def test_only_a_draft_is_scheduled(status):
    bulletin = make_draft(status=status)
    with pytest.raises(WrongState):
        scheduling.schedule(bulletin, send_at=tomorrow())
    assert not Edition.objects.exists()


def test_a_web_server_whose_clock_is_ahead_keeps_nothing_back(monkeypatch, settings):
    bulletin = make_draft()
    true = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: true + timedelta(minutes=5))
    scheduling.send_now(bulletin)
    wait = (bulletin.send_at - true).total_seconds()
    assert wait == pytest.approx(settings.UNDO_SECONDS, abs=20)


def test_sending_now_leaves_time_to_take_it_back(settings):
    settings.UNDO_SECONDS = 40
    bulletin = make_draft()
    scheduling.send_now(bulletin)
    left = (bulletin.send_at - timezone.now()).total_seconds()
    assert 38 < left <= 40
    scheduling.take_back(bulletin)
    assert (bulletin.status, bulletin.send_at) == (Status.DRAFT, None)


MOVES = {
    scheduling.take_back: {Status.SCHEDULED, Status.HELD},
    scheduling.pause: {Status.SENDING},
    scheduling.resume: {Status.PAUSED},
    scheduling.cancel: {Status.SENDING, Status.PAUSED},
}
GIVES = {
    scheduling.take_back: Status.DRAFT,
    scheduling.pause: Status.PAUSED,
    scheduling.resume: Status.SENDING,
    scheduling.cancel: Status.CANCELLED,
}


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("status", Status)
def test_each_verb_acts_from_its_own_states_only(verb, status):
    bulletin = make_bulletin(status=status)
    if status in MOVES[verb]:
        verb(bulletin)
        assert bulletin.status == GIVES[verb]
    else:
        with pytest.raises(WrongState):
            verb(bulletin)
        assert Bulletin.objects.get().status == status


def test_a_pause_keeps_its_reason_until_it_is_resumed():
    bulletin = make_bulletin(status=Status.SENDING)
    scheduling.pause(bulletin, reason="535 5.7.8 wrong key")
    assert bulletin.reason == "535 5.7.8 wrong key"
    scheduling.resume(bulletin)
    assert bulletin.reason == ""


def test_a_run_is_timed_from_its_resume_and_counts_from_there():
    bulletin = make_sending_bulletin(people=3)
    began = bulletin.going_since
    assert (began, bulletin.handled_before) == (bulletin.started_at, 0)
    send(bulletin, answering(p0=Verdict(Kind.BUSY, "450 4.2.0 later")))
    scheduling.pause(bulletin)
    scheduling.resume(bulletin)
    assert bulletin.going_since > began
    assert bulletin.handled_before == 2  # of three one still waits


def test_a_long_pause_gives_no_delivery_up():
    bulletin = make_sending_bulletin(people=1)
    long_ago = Now() - timedelta(days=3)
    bulletin.deliveries.update(status="deferred", deferred_since=long_ago)
    scheduling.pause(bulletin)
    scheduling.resume(bulletin)
    send(bulletin, answering(p0=Verdict(Kind.BUSY, "450 4.2.0 later")))
    assert statuses(bulletin) == ["deferred"]


def test_cancelling_skips_what_waits_and_leaves_the_rest():
    bulletin = make_sending_bulletin(people=4)
    rows = bulletin.deliveries.order_by("pk")
    for row, status in zip(
        rows, ["queued", "deferred", "sent", "claimed"], strict=True
    ):
        rows.filter(pk=row.pk).update(status=status)
    scheduling.cancel(bulletin)
    assert statuses(bulletin) == ["skipped", "skipped", "sent", "skipped"]
    said = Reason.CANCELLED
    assert reasons(bulletin) == [said, said, "", said]
    assert bulletin.finished_at

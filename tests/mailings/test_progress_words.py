"""What the page of a bulletin that goes out says: figures, reasons and domains."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from mailings import causes, scheduling
from mailings.admin import progress_words
from mailings.models import Bulletin, Delivery, Slowdown
from mailings.models.trail import BY_COMMAND
from tests.editors import make_sending_editor, read
from tests.ledgers import make_delivery, make_gone
from tests.mailings.flying import url
from tests.mailings.sending import make_sending_bulletin

SOON = timedelta(minutes=9)


@pytest.fixture
def editor():
    return make_sending_editor()


def shown(editor, bulletin) -> str:
    return read(editor.get(url("progress", bulletin)))


def mark(bulletin, status, how_many, **changes):
    rows = bulletin.deliveries.filter(status="queued").values_list("pk", flat=True)
    chosen = Delivery.objects.filter(pk__in=list(rows[:how_many]))
    chosen.update(status=status, **changes)


def going(bulletin, *, for_seconds):
    since = timezone.now() - timedelta(seconds=for_seconds)
    Bulletin.objects.filter(pk=bulletin.pk).update(going_since=since)


def clock(time) -> str:
    """With its day, where that is past midnight."""
    with translation.override("en"):
        return progress_words._at(time)


def test_the_rate_and_the_time_left_are_told(editor):
    bulletin = make_sending_bulletin(people=60)
    going(bulletin, for_seconds=10)
    mark(bulletin, "sent", 40)
    text = shown(editor, bulletin)
    assert re.search(r"about \d+ seconds? left", text)
    assert re.search(r"\d(\.\d)? per second · done at .*\d\d:\d\d", text)
    going(bulletin, for_seconds=4800)
    assert "about 40 minutes left 1 per minute" in shown(editor, bulletin)


def test_no_end_is_promised_before_the_next_try(editor):
    bulletin = make_sending_bulletin(people=60)
    going(bulletin, for_seconds=10)
    mark(bulletin, "sent", 40)
    again = timezone.now() + SOON
    mark(bulletin, "deferred", 1, due_at=again)
    text = shown(editor, bulletin)
    assert re.search("about [89] minutes left", text)
    assert f"per second · next try at {clock(again)}" in text
    assert "done at" not in text


def test_another_day_is_told_with_the_time(editor):
    bulletin = make_sending_bulletin(people=2)
    due = timezone.now() + timedelta(days=1)
    mark(bulletin, "deferred", 1, due_at=due, reason="450 busy")
    assert f"next try at {timezone.localtime(due):%a}" in shown(editor, bulletin)


def test_before_the_first_mail_it_is_about_to_begin(editor):
    assert "about to begin" in shown(editor, make_sending_bulletin())


def test_what_is_tried_later_is_told_with_its_time_and_the_servers_words(editor):
    bulletin = make_sending_bulletin(people=3)
    due = timezone.now() + SOON
    mark(bulletin, "deferred", 2, due_at=due, reason="450 4.2.0 busy, ask again")
    text = shown(editor, bulletin)
    assert f"3 2 later again · {clock(due)}" in text
    assert f"Later again 2 next try at {clock(due)} 450 4.2.0 busy, ask again" in text
    mark(bulletin, "sent", 1)
    assert f"waits for another try next try at {clock(due)}" in shown(editor, bulletin)


def test_the_commonest_reasons_stand_beside_what_they_explain(editor):
    bulletin = make_gone("sent")
    for reason, times in {"554 spam <b>": 2, "550 5.1.1 unknown": 3}.items():
        for _ in range(times):
            make_delivery(bulletin, status="failed", reason=reason)
    make_delivery(bulletin, status="skipped", reason="left")
    text = shown(editor, bulletin)
    assert "Failed 5 550 5.1.1 unknown 3× 554 spam &lt;b&gt; 2× See whom" in text
    assert "Skipped 1 left the list 1×" in text
    assert "Last error 550 5.1.1 unknown" in text


def test_where_there_are_too_many_no_count_is_told(editor, monkeypatch):
    monkeypatch.setattr("mailings.admin.progress_words.LOOKED_AT", 2)
    monkeypatch.setattr(causes, "LOOKED_AT", 2)
    bulletin = make_gone("sent")
    for _ in range(3):
        make_delivery(bulletin, status="failed", reason="554 spam")
    assert "Failed 3 554 spam See whom" in shown(editor, bulletin)


def test_where_all_is_well_nothing_is_explained(editor):
    bulletin = make_gone("sent")
    make_delivery(bulletin)
    assert "and why" not in (text := shown(editor, bulletin))
    assert "Last error none" in text


def test_each_domain_has_its_own_figures(editor):
    bulletin = make_gone("sending")
    for domain, status in (("a.nl", "sent"), ("a.nl", "failed"), ("b.nl", "queued")):
        make_delivery(bulletin, domain=domain, status=status)
    text = shown(editor, bulletin)
    assert "a.nl 1 failed 1 of 2 b.nl 0 of 1" in text
    assert "All other domains" not in text


def test_a_slow_domain_says_until_when_and_why(editor):
    bulletin = make_gone("sending")
    make_delivery(bulletin, domain="slow.nl", status="deferred", reason="450 x")
    until = timezone.now() + SOON
    Slowdown.objects.create(domain="slow.nl", until=until, reason="450 <b>busy")
    words = f"Its server is busy: no mail to it until {clock(until)}."
    assert f"{words} 450 &lt;b&gt;busy" in shown(editor, bulletin)
    bulletin.deliveries.update(status="sent")
    assert "Its server is busy" not in shown(editor, bulletin)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("", "stands still: somebody paused it"),
        ("Marit van Houten", "stands still: Marit van Houten paused it"),
        (BY_COMMAND, "stands still: somebody at the command line paused it"),
    ],
)
def test_a_pause_says_since_when_and_by_whom(editor, by, said):
    bulletin = make_sending_bulletin()
    scheduling.pause(bulletin, by=by)
    at = bulletin.trail.get(act="paused").at
    text = shown(editor, bulletin)
    assert said in text
    assert re.search(rf"Since [^.]*, {clock(at)}\. Nothing is lost", text)
    assert "Press Resume to let it go on." in text
    assert "left" not in text.partition("handled")[2].partition("Sent")[0]


def test_a_pause_of_before_there_was_a_trail_is_told_all_the_same(editor):
    assert "somebody paused it" in shown(editor, make_gone("paused"))


def test_the_page_counts_no_row_of_the_ledger(editor):
    bulletin = make_sending_bulletin(people=6)
    for status in ("sent", "failed", "deferred", "skipped", "in_doubt"):
        mark(bulletin, status, 1, reason="x")
    with CaptureQueriesContext(connection) as asked:
        editor.get(url("progress_live", bulletin))
    ledger = [one["sql"] for one in asked if 'FROM "mailings_delivery"' in one["sql"]]
    assert ledger
    for sql in ledger:
        assert "LIMIT" in sql
        assert "COUNT(" not in sql


def test_the_page_asks_few_questions(editor, django_assert_max_num_queries):
    bulletin = make_sending_bulletin(people=12)
    for status in ("sent", "failed", "deferred", "skipped", "in_doubt"):
        mark(bulletin, status, 2, reason="x")
    with django_assert_max_num_queries(25):
        editor.get(url("progress_live", bulletin))

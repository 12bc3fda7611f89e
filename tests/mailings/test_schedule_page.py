"""The last look before a bulletin goes out, and the question when."""

import datetime

import pytest
from django.conf import settings
from django.utils import timezone

from mailings import flight_forms
from mailings.models import Bulletin
from tests.editors import make_sending_editor, read
from tests.mailings.flying import make_draft, status, tomorrow, url
from tests.make import make_subscriber

Status = Bulletin.Status
PICTURE = '<p>Beste lezer</p><img src="https://www.lageland.example/a.png">'


def test_the_schedule_page_says_what_will_happen():
    bulletin = make_draft(people=3)
    mailing_list = bulletin.lists.get()
    gone = make_subscriber("weg@lezer.example", lists=[mailing_list])
    gone.subscriptions.update(status="unsubscribed")
    text = read(make_sending_editor().get(url("schedule", bulletin)))
    assert "Handreiking hoogwater" in text
    assert "nieuws@lageland.example" in text
    assert "3 people on the list Nieuwsbrief" in text
    assert "1 left the list" in text
    assert "Send now to 3 people" in text
    assert "Europe/Amsterdam" in text


def test_send_now_leaves_time_to_take_it_back():
    bulletin = make_draft()
    answer = make_sending_editor().post(url("schedule", bulletin), {"when": "now"})
    assert answer["Location"] == url("progress", bulletin)
    bulletin.refresh_from_db()
    left = (bulletin.send_at - timezone.now()).total_seconds()
    assert bulletin.status == Status.SCHEDULED
    assert settings.UNDO_SECONDS - 10 < left <= settings.UNDO_SECONDS


def test_a_chosen_time_is_the_wall_clock_here():
    bulletin = make_draft()
    asked = tomorrow()
    make_sending_editor().post(url("schedule", bulletin), asked)
    bulletin.refresh_from_db()
    here = timezone.localtime(bulletin.send_at)
    assert f"{here:%Y-%m-%d %H:%M}" == f"{asked['date']} 09:00"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"when": "later", "date": "2020-01-01", "time": "09:00"}, "has passed"),
        ({"when": "later", "date": "2027-03-28", "time": "02:30"}, "does not exist"),
        ({"when": "later", "date": "2027-10-31", "time": "02:30"}, "comes twice"),
        ({"when": "later", "date": "", "time": "09:00"}, "Choose a date"),
        ({"when": "later", "date": "2027-01-01", "time": ""}, "Choose a time"),
        ({"when": "later", "date": "31-02", "time": "09:00"}, "no date"),
        ({"when": "later", "date": "2027-01-01", "time": "25:00"}, "no time"),
        ({"when": "later", "date": "0001-01-01", "time": "00:00"}, "nearer"),
        ({"when": "someday"}, "Choose when it goes out"),
        ({}, "Choose when it goes out"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_a_sentence(answer, sentence):
    bulletin = make_draft()
    page = make_sending_editor().post(url("schedule", bulletin), answer)
    assert page.status_code == 200
    assert sentence in read(page)
    assert "was not scheduled" in read(page)
    assert status(bulletin) == Status.DRAFT


def test_errors_block_and_lead_to_the_text():
    bulletin = make_draft(body='<p>Beste lezer, <a href="#">klik</a></p>')
    editor = make_sending_editor()
    page = editor.get(url("schedule", bulletin))
    assert "Solve 1 error first" in read(page)
    assert url("change", bulletin) in page.content.decode()
    assert 'name="when"' not in page.content.decode()
    editor.post(url("schedule", bulletin), {"when": "now"})
    assert status(bulletin) == Status.DRAFT


def test_a_warning_is_to_be_ticked_off_first():
    bulletin = make_draft(body=PICTURE)
    editor = make_sending_editor()
    page = editor.post(url("schedule", bulletin), {"when": "now"})
    assert "Tick off each warning" in read(page)
    assert status(bulletin) == Status.DRAFT
    (warning,) = page.context["form"].warnings
    editor.post(url("schedule", bulletin), {"when": "now", "seen": [warning.key]})
    bulletin.refresh_from_db()
    assert bulletin.status == Status.SCHEDULED
    assert bulletin.ticked_off == [warning.key]


def test_pressing_twice_does_no_harm():
    bulletin = make_draft()
    editor = make_sending_editor()
    editor.post(url("schedule", bulletin), {"when": "now"})
    first = Bulletin.objects.get(pk=bulletin.pk)
    again = editor.post(url("schedule", bulletin), {"when": "now"}, follow=True)
    assert again.redirect_chain == [(url("progress", bulletin), 302)]
    assert "no longer a draft" in read(again)
    now = Bulletin.objects.get(pk=bulletin.pk)
    assert (now.send_at, now.edition_id) == (first.send_at, first.edition_id)


@pytest.mark.parametrize(
    ("today", "proposed"),
    [("2026-11-24", "2026-11-25"), ("2026-11-27", "2026-11-30")],
)
def test_the_page_proposes_the_next_working_day(monkeypatch, today, proposed):
    day = datetime.date.fromisoformat(today)
    monkeypatch.setattr(flight_forms.timezone, "localdate", lambda: day)
    assert flight_forms.suggested_moment()["date"].isoformat() == proposed

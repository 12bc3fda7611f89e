"""The page of a bulletin that goes out, and what is done to it meanwhile."""

import html
import re

import pytest
from django.utils import timezone

from mailings import scheduling
from mailings.models import Bulletin, Delivery
from tests.editors import EDITOR, make_editor, make_sending_editor, read
from tests.mailings.flying import (
    make_delivery_in_doubt,
    make_draft,
    settle_url,
    status,
    tomorrow,
    url,
)
from tests.mailings.sending import make_sending_bulletin

Status = Bulletin.Status


def test_within_the_undo_window_it_counts_and_can_be_taken_back():
    bulletin = make_draft()
    editor = make_sending_editor()
    editor.post(url("schedule", bulletin), {"when": "now"})
    page = editor.get(url("progress", bulletin))
    assert "seconds to 3 people" in read(page)
    assert "Nothing has left yet" in read(page)
    assert 'http-equiv="refresh"' in page.content.decode()
    back = editor.post(url("take_back", bulletin), follow=True)
    assert "draft again" in read(back)
    assert status(bulletin) == Status.DRAFT


def test_what_is_planned_for_later_says_when():
    bulletin = make_draft()
    editor = make_sending_editor()
    editor.post(url("schedule", bulletin), tomorrow())
    page = read(editor.get(url("progress", bulletin)))
    assert "09:00 to 3 people" in page
    assert "seconds" not in page


def test_the_page_of_a_draft_is_where_it_is_written():
    draft = make_draft()
    answer = make_sending_editor().get(url("progress", draft))
    assert answer["Location"] == url("change", draft)


def test_pause_resume_and_stop_from_the_page():
    bulletin = make_sending_bulletin(people=4)
    editor = make_sending_editor()
    editor.post(url("pause", bulletin))
    assert status(bulletin) == Status.PAUSED
    assert "paused it" in read(editor.get(url("progress", bulletin)))
    editor.post(url("resume", bulletin))
    assert status(bulletin) == Status.SENDING
    asked = read(editor.get(url("cancel", bulletin)))
    assert "4 people do not have it yet" in asked
    assert status(bulletin) == Status.SENDING
    page = editor.post(url("cancel", bulletin), follow=True)
    assert status(bulletin) == Status.CANCELLED
    assert "0 people got it; nobody else will" in read(page)


@pytest.mark.parametrize("name", ["take_back", "resume", "cancel"])
def test_a_button_that_comes_too_late_says_so(name):
    bulletin = make_sending_bulletin()
    Bulletin.objects.filter(pk=bulletin.pk).update(status=Status.SENT)
    page = make_sending_editor().post(url(name, bulletin), follow=True)
    assert "so it cannot become" in read(page)
    assert status(bulletin) == Status.SENT


@pytest.mark.parametrize(
    ("name", "now"),
    [("pause", "Paused"), ("resume", "Sending"), ("cancel", "Cancelled")],
)
def test_a_button_that_is_pressed_twice_says_so(name, now):
    bulletin = make_sending_bulletin()
    Bulletin.objects.filter(pk=bulletin.pk).update(status=now.lower())
    page = make_sending_editor().post(url(name, bulletin), follow=True)
    assert f"The bulletin is “{now}” already." in read(page)


def test_a_pause_says_its_reason_and_what_to_do():
    bulletin = make_sending_bulletin()
    scheduling.pause(bulletin, reason="535 5.7.8 <b>bad</b> password")
    page = make_sending_editor().get(url("progress", bulletin))
    assert "535 5.7.8 &lt;b&gt;bad&lt;/b&gt; password" in page.content.decode()
    assert "nobody gets anything twice" in read(page)


def test_the_five_counts_add_up_to_the_audience():
    bulletin = make_sending_bulletin(people=8)
    rows = list(bulletin.deliveries.all())
    for row, found in zip(
        rows,
        ["sent", "failed", "in_doubt", "skipped", "deferred", "claimed", "submitting"],
        strict=False,
    ):
        Delivery.objects.filter(pk=row.pk).update(status=found, reason="x")
    page = make_sending_editor().get(url("progress_live", bulletin))
    counts = {one.name: one.count for one in page.context["counts"]}
    assert counts == {
        "sent": 1,
        "failed": 1,
        "in_doubt": 1,
        "skipped": 1,
        "waiting": 4,
    }
    assert "4 of 8 mails handled" in read(page)
    assert "no-store" in page["Cache-Control"]
    assert "<html" not in page.content.decode()


def test_hostile_words_stay_words():
    hostile = '"><script>alert(1)</script>{{ x }}'
    bulletin = make_draft(subject=hostile)
    Bulletin.objects.filter(pk=bulletin.pk).update(subject="Onderwerp")
    bulletin.refresh_from_db()
    scheduling.schedule(bulletin, send_at=None, accept_warnings=True)
    bulletin.move_to(Status.SENDING, started_at=timezone.now())
    Bulletin.objects.filter(pk=bulletin.pk).update(subject=hostile)
    Delivery.objects.create(
        bulletin=bulletin,
        edition=bulletin.edition,
        email="a@lezer.example",
        address_key="k",
        values={"name": hostile},
        status="in_doubt",
        reason=hostile,
    )
    editor = make_sending_editor()
    for name in ("progress", "progress_live", "deliveries", "cancel"):
        page = editor.get(url(name, bulletin)).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page or name == "progress_live"


def test_a_mail_in_doubt_is_sent_again_by_hand():
    bulletin = make_sending_bulletin()
    delivery = make_delivery_in_doubt(bulletin)
    editor = make_sending_editor()
    assert "1 mail in doubt" in read(editor.get(url("progress", bulletin)))
    answer = editor.post(settle_url(bulletin, delivery), {"answer": "again"})
    assert answer["Location"] == url("progress", bulletin)
    delivery.refresh_from_db()
    assert delivery.status == "queued"


def test_a_mail_in_doubt_is_left_as_it_is():
    bulletin = make_sending_bulletin()
    delivery = make_delivery_in_doubt(bulletin)
    editor = make_sending_editor()
    answer = editor.post(
        settle_url(bulletin, delivery), {"answer": "leave", "back": "deliveries"}
    )
    assert answer["Location"] == url("deliveries", bulletin)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.left_at is None) == ("in_doubt", False)


def test_whoever_decides_on_the_statement_stays_at_the_same_place():
    bulletin = make_sending_bulletin()
    delivery = make_delivery_in_doubt(bulletin)
    editor = make_sending_editor()
    here = f"{url('deliveries', bulletin)}?status=in_doubt&q={delivery.email[:2]}"
    page = editor.get(here).content.decode()
    place = html.unescape(re.search('name="place" value="([^"]*)"', page)[1])
    said = {
        "answer": "leave",
        "back": "deliveries",
        "place": f"{place}&next=//x.example",
    }
    answer = editor.post(settle_url(bulletin, delivery), said)
    assert answer["Location"] == here
    assert f" {delivery.email} stays" in read(editor.get(answer["Location"]))
    assert "1 mail in doubt" not in read(editor.get(url("progress", bulletin)))


def test_sending_again_asks_the_right_to_send():
    bulletin = make_sending_bulletin()
    delivery = make_delivery_in_doubt(bulletin)
    answer = make_editor(*EDITOR).post(
        settle_url(bulletin, delivery), {"answer": "again"}
    )
    delivery.refresh_from_db()
    assert (answer.status_code, delivery.status) == (403, "in_doubt")


@pytest.mark.parametrize("answer", ["", "delete", None])
def test_another_answer_is_refused(answer):
    bulletin = make_sending_bulletin()
    delivery = make_delivery_in_doubt(bulletin)
    said = {} if answer is None else {"answer": answer}
    page = make_sending_editor().post(settle_url(bulletin, delivery), said)
    assert page.status_code == 400


def test_what_was_sent_is_not_sent_again():
    bulletin = make_sending_bulletin()
    delivery = bulletin.deliveries.first()
    bulletin.deliveries.filter(pk=delivery.pk).update(status="sent")
    page = make_sending_editor().post(
        settle_url(bulletin, delivery), {"answer": "again"}, follow=True
    )
    delivery.refresh_from_db()
    assert delivery.status == "sent"
    assert "Only what failed or is in doubt" in read(page)


def test_a_delivery_of_another_bulletin_is_404():
    bulletin = make_sending_bulletin()
    delivery = make_delivery_in_doubt(bulletin)
    other = Bulletin.objects.create(subject="Een ander")
    answer = make_sending_editor().post(
        settle_url(other, delivery), {"answer": "again"}
    )
    delivery.refresh_from_db()
    assert (answer.status_code, delivery.status) == (404, "in_doubt")

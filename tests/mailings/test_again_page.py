"""The page that asks who gets a mail once more, and the buttons for all in doubt."""

import re

import pytest

from mailings.admin import progress_words
from mailings.models import TrailEntry
from tests.editors import EDITOR, make_editor, make_sending_editor, read
from tests.mailings.flying import settle_url, status, url
from tests.mailings.sending import statuses
from tests.mailings.test_settling import make_ended

Act = TrailEntry.Act


def ticked(page) -> list[str]:
    boxes = re.findall(r'<input type="checkbox"[^>]*>', page.content.decode())
    return [one for one in boxes if "checked" in one]


def test_it_shows_the_number_of_each_kind_with_the_reasons_and_ticks_nothing():
    bulletin = make_ended("sent", "failed", "failed", "in_doubt", "left")
    bulletin.deliveries.filter(status="failed").update(reason="550 no such user")
    page = make_sending_editor().get(url("again", bulletin))
    text = read(page)
    assert "2 people whose mail failed" in text
    assert "550 no such user 2×" in text
    assert "1 person whose mail is in doubt" in text
    assert "1 mail in doubt was left as it is" in text
    for number in ("Send again to 2 people", "to 1 person", "to 3 people"):
        assert number in text
    assert ticked(page) == []


def test_the_doubt_of_the_other_page_comes_ticked():
    bulletin = make_ended("failed", "in_doubt", "in_doubt")
    editor = make_sending_editor()
    assert "?kind=in_doubt" in editor.get(url("progress", bulletin)).content.decode()
    page = editor.get(url("again", bulletin), {"kind": "in_doubt"})
    assert len(ticked(page)) == 1
    assert 'value="in_doubt"' in ticked(page)[0]


def test_what_is_ticked_is_sent_again_in_the_name_of_who_pressed():
    bulletin = make_ended("sent", "failed", "in_doubt")
    answer = {"kind": "failed", "seen_failed": 1, "seen_in_doubt": 1}
    page = make_sending_editor().post(url("again", bulletin), answer, follow=True)
    assert "1 person gets the mail once more." in read(page)
    assert statuses(bulletin) == ["sent", "queued", "in_doubt"]
    last = bulletin.trail.get(act=Act.SENT_AGAIN)
    assert (last.who, last.count) == ("marit", 1)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({}, "Tick who gets it once more."),
        ({"kind": "sent"}, "Tick who gets it once more."),
        ({"kind": "failed", "seen_failed": 1}, "The numbers have changed"),
        ({"kind": "failed", "seen_failed": "x" * 99}, "The numbers have changed"),
        ({"kind": "failed"}, "The numbers have changed"),
    ],
)
def test_nothing_is_sent_to_others_than_the_page_named(answer, said):
    bulletin = make_ended("failed", "failed", "in_doubt")
    page = make_sending_editor().post(url("again", bulletin), answer)
    assert said in read(page)
    assert "Nothing was sent again." in read(page)
    assert statuses(bulletin) == ["failed", "failed", "in_doubt"]


def test_where_everybody_was_reached_it_says_so():
    bulletin = make_ended("sent", "left")
    text = read(make_sending_editor().get(url("again", bulletin)))
    assert "Nobody to send it to again" in text
    assert "1 mail in doubt was left as it is" in text


@pytest.mark.parametrize("state", ["draft", "scheduled", "held", "cancelled"])
def test_of_no_other_bulletin_anything_is_sent_again(state):
    bulletin = make_ended("failed", bulletin_status=state)
    answer = {"kind": "failed", "seen_failed": 1}
    for page in (
        make_sending_editor().get(url("again", bulletin)),
        make_sending_editor(name="joris").post(url("again", bulletin), answer),
    ):
        assert page.status_code == 302
    assert statuses(bulletin) == ["failed"]


def test_who_may_not_send_sends_nothing_again_but_may_leave_all():
    bulletin = make_ended("in_doubt", "in_doubt")
    editor = make_editor(*EDITOR)
    answer = {"kind": "in_doubt", "seen_in_doubt": 2}
    assert editor.get(url("again", bulletin)).status_code == 403
    assert editor.post(url("again", bulletin), answer).status_code == 403
    assert "Send all" not in read(editor.get(url("progress", bulletin)))

    assert editor.get(url("leave_all", bulletin)).status_code == 405
    page = editor.post(url("leave_all", bulletin), follow=True)

    assert "2 mails stay as they are." in read(page)
    assert statuses(bulletin) == ["in_doubt", "in_doubt"]
    assert (bulletin.trail.last().act, bulletin.trail.last().count) == (Act.LEFT, 2)


def test_all_are_counted_where_the_page_shows_but_some(monkeypatch):
    monkeypatch.setattr(progress_words, "IN_DOUBT_SHOWN", 2)
    bulletin = make_ended("left", *["in_doubt"] * 4)
    text = read(make_sending_editor().get(url("progress", bulletin)))
    for words in ("4 mails in doubt", "Send all 4 again", "Leave all 4", "Show all"):
        assert words in text


@pytest.mark.parametrize("name", ["progress", "deliveries"])
def test_what_was_left_is_not_offered_to_be_sent_again(name):
    bulletin = make_ended("sent", "left")
    editor = make_sending_editor()
    assert "Some were not reached" not in read(editor.get(url(name, bulletin)))
    bulletin.deliveries.filter(status="sent").update(status="in_doubt")
    assert "In doubt: 1." in read(editor.get(url(name, bulletin)))


def test_who_only_looks_leaves_nothing():
    bulletin = make_ended("in_doubt", "in_doubt")
    reader = make_editor("view_bulletin")
    assert reader.post(url("leave_all", bulletin)).status_code == 403
    assert "Leave all" not in read(reader.get(url("progress", bulletin)))
    assert bulletin.deliveries.filter(left_at=None).count() == 2


def test_leaving_all_a_second_time_says_that_nothing_is_in_doubt():
    bulletin = make_ended("in_doubt")
    editor = make_sending_editor()
    editor.post(url("leave_all", bulletin))
    page = editor.post(url("leave_all", bulletin), follow=True)
    assert "Nothing is in doubt any more." in read(page)


def test_one_answered_by_name_is_noted_with_who_did_it():
    bulletin = make_ended("in_doubt", "in_doubt")
    first, second = bulletin.deliveries.order_by("pk")
    editor = make_sending_editor()
    editor.post(settle_url(bulletin, first), {"answer": "leave"})
    editor.post(settle_url(bulletin, second), {"answer": "again"})
    noted = bulletin.trail.filter(delivery_id__isnull=False)
    assert list(noted.values_list("act", "who", "delivery_id")) == [
        (Act.LEFT, "marit", first.pk),
        (Act.SENT_AGAIN, "marit", second.pk),
    ]


def test_while_sending_is_on_hold_it_says_so_and_sends_nothing(settings):
    bulletin = make_ended("failed")
    settings.SENDING = "hold"
    editor = make_sending_editor()
    assert "Sending is on hold" in read(editor.get(url("again", bulletin)))
    answer = {"kind": "failed", "seen_failed": 1}
    assert "on hold" in read(editor.post(url("again", bulletin), answer))
    assert (status(bulletin), statuses(bulletin)) == ("sent", ["failed"])

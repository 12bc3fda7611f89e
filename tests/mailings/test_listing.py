"""The list of bulletins in the admin."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mailings import scheduling
from mailings.admin import listing
from mailings.models import Bulletin
from tests.editors import EDITOR, make_editor, read
from tests.ledgers import make_delivery, make_gone
from tests.mailings.sending import make_due_bulletin, make_sending_bulletin
from tests.make import make_bulletin, make_list, make_subscriber

LIST = reverse("admin:mailings_bulletin_changelist")
Status = Bulletin.Status


def make_row(subject: str, **changes) -> Bulletin:
    return Bulletin.objects.create(subject=subject, **changes)


def shown(page) -> list[str]:
    return [one.subject for one in page.context["cl"].result_list]


def test_a_stranger_is_sent_to_the_login_page(client):
    assert client.get(LIST).status_code == 302


def test_who_may_not_see_bulletins_gets_403():
    assert make_editor("view_subscriber").get(LIST).status_code == 403


def test_an_empty_list_says_the_next_step():
    page = make_editor(*EDITOR).get(LIST)
    assert "No bulletins yet" in read(page)
    assert reverse("admin:mailings_bulletin_add") in page.content.decode()


def test_who_may_only_look_is_not_asked_to_write():
    page = make_editor("view_bulletin").get(LIST)
    assert reverse("admin:mailings_bulletin_add") not in page.content.decode()


def test_a_row_says_its_list_its_people_and_that_there_is_no_time_yet():
    mailing_list = make_list(name="Veiligheid en crisis")
    make_subscriber(lists=[mailing_list])
    make_bulletin(lists=[mailing_list])
    text = read(make_editor(*EDITOR).get(LIST))
    assert "Handreiking hoogwater Veiligheid en crisis Draft 1 person no time" in text


def test_a_row_says_how_far_it_is():
    bulletin = make_sending_bulletin(people=4)
    bulletin.deliveries.filter(email="p0@lezer.example").update(status="sent")
    text = read(make_editor(*EDITOR).get(LIST))
    assert "Sending 4 people" in text
    assert "25% · 3 to go" in text


def test_a_row_says_what_became_of_it():
    bulletin = make_sending_bulletin(people=4)
    for number, status in enumerate(["sent", "failed", "in_doubt", "skipped"]):
        bulletin.deliveries.filter(email=f"p{number}@lezer.example").update(
            status=status
        )
    Bulletin.objects.update(status=Status.SENT)
    text = read(make_editor(*EDITOR).get(LIST))
    assert "1 sent 1 failed · 1 in doubt · 1 skipped" in text


def test_a_row_says_why_it_is_paused():
    bulletin = make_sending_bulletin(people=1)
    scheduling.pause(bulletin, reason="535 5.7.8 <i>refused</i>")
    page = make_editor(*EDITOR).get(LIST).content.decode()
    assert "535 5.7.8 &lt;i&gt;refused&lt;/i&gt;" in page


@pytest.mark.parametrize(
    ("send_at", "said"),
    [("2026-11-25T09:00", "over 17"), ("2026-11-26T09:00", "over 2"), (None, "")],
)
def test_days_to_wait_are_counted_on_the_calendar(send_at, said):
    afternoon = timezone.make_aware(datetime(2026, 11, 24, 15, 30))
    when = timezone.make_aware(datetime.fromisoformat(send_at)) if send_at else None
    bulletin = Bulletin(status=Status.SCHEDULED, send_at=when)
    assert listing._wait(bulletin, afternoon).startswith(said)


def test_a_row_leads_to_where_its_work_is():
    draft = make_row("Concept")
    gone = make_row("Weg", status=Status.SENT)
    page = make_editor(*EDITOR).get(LIST).content.decode()
    assert reverse("admin:mailings_bulletin_change", args=[draft.pk]) in page
    assert reverse("admin:mailings_bulletin_progress", args=[gone.pk]) in page


def test_what_is_worked_on_stands_on_top_then_the_newest():
    now = timezone.now()
    make_row("Oud", status=Status.SENT, send_at=now - timedelta(days=9))
    make_row("Nieuw", status=Status.SENT, send_at=now)
    make_row("Concept")
    assert shown(make_editor(*EDITOR).get(LIST)) == ["Concept", "Nieuw", "Oud"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=trein", ["Extra treinen"]),
        ("q=%25", []),
        ("status=draft", ["Concept"]),
        ("status=sent", ["Extra treinen"]),
        ("status=nonsense", ["Concept", "Extra treinen"]),
        ("status=", ["Concept", "Extra treinen"]),
        ("list=%00", ["Concept", "Extra treinen"]),
        ("list=99999999999999999999", ["Concept", "Extra treinen"]),
        ("when=month", ["Extra treinen"]),
        ("when=year", ["Extra treinen"]),
        ("when=week", []),
        ("when=nonsense", ["Concept", "Extra treinen"]),
    ],
)
def test_the_list_is_searched_and_filtered(asked, found):
    make_row("Extra treinen", status=Status.SENT, send_at=timezone.now())
    make_row("Concept")
    page = make_editor(*EDITOR).get(f"{LIST}?{asked}")
    assert shown(page) == found


def test_the_filters_say_how_many_there_are():
    mailing_list = make_list(name="Personeel")
    make_row("Een").lists.add(mailing_list)
    make_row("Twee")
    make_row("Drie", status=Status.SENT)
    text = read(make_editor(*EDITOR).get(LIST))
    assert "Status All 3 Draft 2 Scheduled 0" in text
    assert "Personeel 1" in text
    page = make_editor(*EDITOR, name="joris").get(f"{LIST}?list={mailing_list.pk}")
    assert shown(page) == ["Een"]
    assert "Draft 1 Scheduled 0" in read(page)


def test_a_search_that_finds_nothing_says_so():
    make_row("Een")
    assert "Nothing found" in read(make_editor(*EDITOR).get(f"{LIST}?q=zzz"))


def test_twenty_stand_on_a_page():
    for number in range(23):
        make_row(f"Bulletin {number}")
    editor = make_editor(*EDITOR)
    assert len(shown(editor.get(LIST))) == 20
    assert len(shown(editor.get(f"{LIST}?p=2"))) == 3


def test_a_large_audience_is_not_counted_to_the_end(monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 3)
    make_due_bulletin(people=6)
    assert "Scheduled 3+ people" in read(make_editor(*EDITOR).get(LIST))


def test_what_was_sent_is_told_to_the_last_mail_however_large(monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 3)
    bulletin = make_sending_bulletin(people=6)
    bulletin.deliveries.filter(email="p0@lezer.example").update(status="failed")
    text = read(make_editor(*EDITOR).get(LIST))
    assert "Sending 6 people" in text
    assert "16% · 5 to go" in text
    Bulletin.objects.update(status=Status.SENT)
    bulletin.deliveries.exclude(status="failed").update(status="sent")
    assert "5 sent 1 failed" in read(make_editor(*EDITOR, name="joris").get(LIST))


def test_no_row_of_the_list_counts_a_ledger():
    for number in range(3):
        make_delivery(make_gone("sent", subject=f"Bulletin {number}"))
    editor = make_editor(*EDITOR)
    with CaptureQueriesContext(connection) as asked:
        assert "1 sent" in read(editor.get(LIST))
    counts = [one["sql"] for one in asked if "COUNT(" in one["sql"]]
    assert not any("mailings_delivery" in one for one in counts)
    assert sum("mailings_tally" in one["sql"] for one in asked) == 1


def test_hostile_subjects_stay_words():
    make_row("<script>alert(1)</script>")
    page = make_editor(*EDITOR).get(LIST).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def choose(*bulletins, **more) -> dict:
    chosen = [str(one.pk) for one in bulletins]
    return {"action": "delete_selected", "_selected_action": chosen} | more


def test_drafts_are_deleted_after_a_question():
    draft = make_row("Concept")
    editor = make_editor(*EDITOR)
    page = editor.post(LIST, choose(draft))
    assert page.status_code == 200
    assert Bulletin.objects.filter(pk=draft.pk).exists()
    editor.post(LIST, choose(draft, post="yes"))
    assert not Bulletin.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("status", [one for one in Status if one != Status.DRAFT])
def test_what_is_no_draft_is_never_deleted(status):
    draft, other = make_row("Concept"), make_row("Weg", status=status)
    page = make_editor(*EDITOR).post(
        LIST, choose(draft, other, post="yes"), follow=True
    )
    assert "Only drafts can be deleted" in read(page)
    assert Bulletin.objects.count() == 2


def test_who_may_not_delete_is_not_offered_it():
    draft = make_row("Concept")
    editor = make_editor("view_bulletin", "change_bulletin")
    assert "delete_selected" not in editor.get(LIST).content.decode()
    editor.post(LIST, choose(draft, post="yes"))
    assert Bulletin.objects.count() == 1

"""The page of a held bulletin: why it waits, and what an editor may decide."""

import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from mailings.models import Bulletin
from tests.editors import EDITOR, make_chief, make_editor, make_sending_editor, read
from tests.mailings.flying import status, tomorrow, url
from tests.mailings.sending import make_held_bulletin, make_sending_bulletin

Status = Bulletin.Status
CHOICES = ("release", "schedule", "take_back")


def choices(page, bulletin) -> set[str]:
    """Which of the three decisions the page offers."""
    content = page.content.decode()
    return {name for name in CHOICES if f'"{url(name, bulletin)}"' in content}


def test_it_says_when_it_was_due_why_it_waits_and_what_may_be_done():
    bulletin = make_held_bulletin(people=3)
    page = make_sending_editor().get(url("progress", bulletin))
    due = timezone.localtime(bulletin.send_at)
    assert f"{due:%H:%M}, but nothing was sending then" in read(page)
    assert "Nothing has left" in read(page)
    assert "Send now to 3 people" in read(page)
    assert choices(page, bulletin) == set(CHOICES)
    assert page.content.decode().count("button primary") == 1


def test_who_may_not_send_may_only_make_it_a_draft():
    bulletin = make_held_bulletin()
    page = make_editor(*EDITOR).get(url("progress", bulletin))
    assert choices(page, bulletin) == {"take_back"}
    assert "A colleague who may send decides" in read(page)


def test_who_may_only_look_decides_nothing():
    bulletin = make_held_bulletin()
    reader = make_editor("view_bulletin")
    assert choices(reader.get(url("progress", bulletin)), bulletin) == set()
    assert reader.post(url("release", bulletin)).status_code == 403
    assert status(bulletin) == Status.HELD


def test_a_writer_who_may_not_send_lets_nothing_go():
    bulletin = make_held_bulletin()
    writer = make_editor(*EDITOR)
    assert writer.post(url("release", bulletin)).status_code == 403
    assert writer.post(url("schedule", bulletin), {"when": "now"}).status_code == 403
    assert status(bulletin) == Status.HELD


def test_sent_now_from_the_page_it_can_still_be_taken_back():
    bulletin = make_held_bulletin(people=3)
    editor = make_sending_editor()
    page = editor.post(url("release", bulletin), follow=True)
    assert status(bulletin) == Status.SCHEDULED
    assert "seconds to 3 people" in read(page)
    editor.post(url("take_back", bulletin))
    assert status(bulletin) == Status.DRAFT


def test_another_time_is_asked_for_as_of_a_draft():
    bulletin = make_held_bulletin()
    fixed = Bulletin.objects.get().edition_id
    editor = make_sending_editor()
    page = read(editor.get(url("schedule", bulletin)))
    assert "It leaves exactly as it was planned before" in page
    asked = tomorrow()
    editor.post(url("schedule", bulletin), asked)
    bulletin.refresh_from_db()
    here = timezone.localtime(bulletin.send_at)
    assert bulletin.status == Status.SCHEDULED
    assert f"{here:%Y-%m-%d %H:%M}" == f"{asked['date']} 09:00"
    assert bulletin.edition_id == fixed


def test_now_may_be_answered_there_too(settings):
    bulletin = make_held_bulletin()
    make_sending_editor().post(url("schedule", bulletin), {"when": "now"})
    bulletin.refresh_from_db()
    left = (bulletin.send_at - timezone.now()).total_seconds()
    assert 0 < left <= settings.UNDO_SECONDS


def test_what_somebody_decided_meanwhile_is_said():
    bulletin = make_held_bulletin()
    Bulletin.objects.update(status=Status.SENDING)
    page = make_sending_editor().post(url("release", bulletin), follow=True)
    assert "so it cannot become" in read(page)
    assert status(bulletin) == Status.SENDING


def test_on_hold_nobody_is_offered_to_let_it_go(settings):
    bulletin = make_held_bulletin()
    settings.SENDING = "hold"
    editor = make_sending_editor()
    page = editor.get(url("progress", bulletin))
    assert choices(page, bulletin) == {"take_back"}
    assert "Sending is still on hold" in read(page)
    for name, answer in (("release", {}), ("schedule", {"when": "now"})):
        said = editor.post(url(name, bulletin), answer, follow=True)
        assert "Sending is on hold: nothing goes out" in read(said)
    assert status(bulletin) == Status.HELD


def test_on_hold_a_paused_bulletin_is_not_offered_to_go_on(settings):
    bulletin = make_sending_bulletin()
    bulletin.move_to(Status.PAUSED, reason="sending was put on hold")
    editor = make_sending_editor()
    assert url("resume", bulletin) in read_source(editor, bulletin)
    settings.SENDING = "hold"
    assert url("resume", bulletin) not in read_source(editor, bulletin)
    assert "can be resumed once an operator ends that" in read_source(editor, bulletin)
    said = editor.post(url("resume", bulletin), follow=True)
    assert "Sending is on hold: nothing goes out" in read(said)
    assert status(bulletin) == Status.PAUSED


def read_source(editor, bulletin) -> str:
    return editor.get(url("progress", bulletin)).content.decode()


def test_the_first_page_asks_for_a_decision():
    bulletin = make_held_bulletin()
    page = make_chief().get("/admin/")
    assert "“Handreiking hoogwater” was held" in read(page)
    assert url("progress", bulletin) in page.content.decode()


def test_the_list_shows_it_and_filters_on_it():
    make_held_bulletin(people=3)
    editor = make_sending_editor()
    page = read(editor.get("/admin/mailings/bulletin/?status=held"))
    assert "Held" in page
    assert "waits for a decision" in page
    other = read(editor.get("/admin/mailings/bulletin/?status=paused"))
    assert "Nothing found" in other


def test_its_text_is_shown_and_not_written_on():
    bulletin = make_held_bulletin()
    page = make_sending_editor().get(url("change", bulletin))
    assert "if it still goes out, then as it stands here" in read(page)
    assert url("progress", bulletin) in page.content.decode()


def test_the_ledger_of_a_held_bulletin_says_so(capsys):
    bulletin = make_held_bulletin()
    call_command("deliveries", str(bulletin.pk), "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["audience"]) == ("held", 0)
    assert told["reason"] == "nothing was sending then"


@pytest.mark.parametrize("name", ["pause", "resume", "cancel"])
def test_a_held_bulletin_does_not_go_out_so_it_is_not_paused_or_stopped(name):
    bulletin = make_held_bulletin()
    page = make_sending_editor().post(url(name, bulletin), follow=True)
    assert "so it cannot become" in read(page)
    assert status(bulletin) == Status.HELD

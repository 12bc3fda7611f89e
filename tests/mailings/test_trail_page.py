"""What happened to a bulletin: who did what, on its pages."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse

from mailings import scheduling, settling
from mailings.admin import trail_page
from mailings.models import Bulletin, TrailEntry
from senders.transports.base import Kind, Verdict
from subscribers.erasing import erase
from subscribers.models import Subscriber
from tests.editors import make_editor, make_sending_editor, read
from tests.mailings.desk import answers
from tests.mailings.flying import make_draft, tomorrow, url
from tests.mailings.sending import answering, make_sending_bulletin, people, send
from tests.mailings.test_settling import make_ended

Act = TrailEntry.Act


def acts(bulletin) -> list[tuple[str, str]]:
    return [(one.act, one.who) for one in bulletin.trail.order_by("pk")]


def named(editor, first: str, last: str):
    User.objects.filter(pk=editor.session["_auth_user_id"]).update(
        first_name=first, last_name=last
    )
    return editor


def test_every_button_is_noted_with_the_name_of_who_pressed_it():
    bulletin = make_draft()
    editor = named(make_sending_editor(), "Marit", "van Houten")
    editor.post(url("change", bulletin), answers(bulletin))
    editor.post(url("schedule", bulletin), tomorrow())
    editor.post(url("take_back", bulletin))
    editor.post(url("schedule", bulletin), {"when": "now"})
    Bulletin.objects.update(status="held")
    editor.post(url("release", bulletin))
    Bulletin.objects.update(status="sending")
    editor.post(url("pause", bulletin))
    editor.post(url("resume", bulletin))
    editor.post(url("cancel", bulletin))
    wanted = ["composed", "scheduled", "taken_back", "scheduled", "released"]
    wanted += ["paused", "resumed", "cancelled"]
    assert acts(bulletin) == [(act, "Marit van Houten") for act in wanted]


def test_commands_are_noted_as_such():
    bulletin = make_draft()
    call_command("send_bulletin", str(bulletin.pk), "--yes")
    Bulletin.objects.update(status="sending")
    for command in ("pause_bulletin", "resume_bulletin", "cancel_bulletin"):
        call_command(command, str(bulletin.pk))
    wanted = ["scheduled", "paused", "resumed", "cancelled"]
    assert acts(bulletin) == [(act, "command line") for act in wanted]
    assert "the command line" in read(
        make_editor("view_bulletin").get(history(bulletin))
    )


def test_writing_is_noted_once_for_each_who_writes_in_turn():
    marit, joris = make_sending_editor(), make_sending_editor(name="joris")
    form = answers(make_draft(), based_on="")
    marit.post(reverse("admin:mailings_bulletin_add"), form)
    bulletin = Bulletin.objects.order_by("pk").last()
    for editor in (marit, joris, joris, marit):
        bulletin.refresh_from_db()
        editor.post(url("change", bulletin), answers(bulletin))
    assert [who for _act, who in acts(bulletin)] == ["marit", "joris", "marit"]
    assert {act for act, _who in acts(bulletin)} == {Act.COMPOSED}

    scheduling.schedule(bulletin, send_at=None, accept_warnings=True, by="marit")
    scheduling.take_back(bulletin, by="marit")
    bulletin.refresh_from_db()
    marit.post(url("change", bulletin), answers(bulletin))
    assert acts(bulletin)[-1] == (Act.COMPOSED, "marit")


def test_what_was_not_saved_is_not_noted():
    bulletin = make_draft()
    form = answers(bulletin, based_on=7)
    make_sending_editor().post(url("change", bulletin), form)
    assert acts(bulletin) == []


def history(bulletin) -> str:
    return url("history", bulletin)


def test_the_pages_tell_it_the_latest_first():
    bulletin = make_sending_bulletin(people=3)
    scheduling.pause(bulletin, reason="535 wrong password", by="")
    settling_row = bulletin.deliveries.order_by("pk").first()
    bulletin.deliveries.filter(pk=settling_row.pk).update(status="in_doubt")
    settling.leave_it(settling_row, by="Joris")
    reader = make_editor("view_bulletin")
    for page in (history(bulletin), url("progress", bulletin), url("change", bulletin)):
        text = read(reader.get(page)).split("What happened")[-1]
        assert "Left as it is · p0@lezer.example" in text
        assert text.index("Joris") < text.index("535 wrong password")
        assert text.index("535 wrong password") < text.index("Began to go out")
        assert "by Bode" in text


def test_a_number_of_mails_is_told():
    bulletin = make_ended("failed", "failed")
    settling.send_to_unreached(bulletin, kinds={"failed"}, by="Marit")
    text = read(make_editor("view_bulletin").get(history(bulletin)))
    assert "Sent again · 2 mails" in text


def test_an_erased_person_is_not_named_by_it():
    bulletin = make_ended("in_doubt")
    settling.leave_it(bulletin.deliveries.get(), by="Marit")
    erase(Subscriber.objects.get())
    text = read(make_editor("view_bulletin").get(history(bulletin)))
    assert "Left as it is · an erased person" in text
    assert "lezer.example" not in text


def test_a_reason_that_it_keeps_for_ever_names_no_address():
    bulletin = make_sending_bulletin(people=1)
    send(bulletin, answering(p0=Verdict(Kind.BROKEN, f"no mail to <{people(0)[0]}>")))
    assert bulletin.reason == "no mail to <…>"
    assert bulletin.trail.get(act=Act.PAUSED).detail == "no mail to <…>"


def test_a_long_trail_is_read_page_by_page(monkeypatch):
    monkeypatch.setattr(trail_page, "ON_A_PAGE", 3)
    bulletin = make_draft()
    for number in range(5):
        bulletin.note(Act.COMPOSED, by=f"editor {number}")
    reader = make_editor("view_bulletin")
    first = reader.get(history(bulletin))
    assert "editor 2" in read(first)
    assert "editor 1" not in read(first)
    before = bulletin.trail.get(who="editor 2").pk
    assert f'href="?before={before}"' in first.content.decode()
    second = read(reader.get(history(bulletin), {"before": before}))
    assert "editor 1" in second
    assert "editor 2" not in second
    assert "Back to the latest" in second


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, ""])
def test_a_page_that_is_none_shows_the_latest(before):
    bulletin = make_draft()
    bulletin.note(Act.COMPOSED, by="Marit")
    page = make_editor("view_bulletin").get(history(bulletin), {"before": before})
    assert "Marit" in read(page) or before == "9" * 40
    assert page.status_code == 200


def test_of_a_bulletin_without_one_it_says_so_and_strangers_see_none():
    bulletin = make_draft()
    assert "Nothing is known" in read(
        make_editor("view_bulletin").get(history(bulletin))
    )
    assert make_editor(name="joris").get(history(bulletin)).status_code == 403


def test_a_draft_with_a_trail_can_be_thrown_away():
    bulletin = make_draft()
    bulletin.note(Act.COMPOSED, by="Marit")
    page = make_sending_editor().post(
        reverse("admin:mailings_bulletin_delete", args=[bulletin.pk]), {"post": "yes"}
    )
    assert page.status_code == 302
    assert not Bulletin.objects.exists()
    assert not TrailEntry.objects.exists()

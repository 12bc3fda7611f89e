"""Who may schedule a bulletin, follow it out, hold it back and stop it."""

import pytest
from django.urls import reverse

from mailings import scheduling
from mailings.models import Bulletin
from tests.editors import EDITOR, make_editor, make_sending_editor
from tests.mailings.flying import make_delivery_in_doubt, make_draft, status, url
from tests.mailings.sending import make_due_bulletin, make_sending_bulletin

Status = Bulletin.Status
PAGES = ("schedule", "progress", "progress_live", "cancel", "deliveries")
POSTED = ("take_back", "pause", "resume")
NEEDS_CAN_SEND = ("schedule", "cancel", "resume")


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_is_sent_to_the_login_page(client, name):
    answer = client.get(url(name, make_draft()))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("name", NEEDS_CAN_SEND)
def test_who_may_not_send_gets_403_and_nothing_changes(name):
    bulletin = make_draft() if name == "schedule" else make_sending_bulletin()
    if name == "resume":
        scheduling.pause(bulletin)
    before = status(bulletin)
    answer = make_editor(*EDITOR).post(url(name, bulletin), {"when": "now"})
    assert (answer.status_code, status(bulletin)) == (403, before)


@pytest.mark.parametrize("name", [*PAGES, *POSTED])
def test_who_may_not_see_bulletins_gets_403(name):
    editor = make_editor("view_subscriber")
    bulletin = make_sending_bulletin()
    ask = editor.post if name in POSTED else editor.get
    assert ask(url(name, bulletin)).status_code == 403
    assert status(bulletin) == Status.SENDING


@pytest.mark.parametrize("name", POSTED)
def test_who_may_only_look_holds_nothing_back(name):
    bulletin = make_due_bulletin() if name == "take_back" else make_sending_bulletin()
    if name == "resume":
        scheduling.pause(bulletin)
    before = status(bulletin)
    answer = make_editor("view_bulletin").post(url(name, bulletin))
    assert (answer.status_code, status(bulletin)) == (403, before)


def test_a_writer_may_pause_and_take_back_and_sees_no_other_button():
    editor = make_editor(*EDITOR)
    bulletin = make_sending_bulletin()
    page = editor.get(url("progress", bulletin)).content.decode()
    assert url("pause", bulletin) in page
    assert url("cancel", bulletin) not in page
    editor.post(url("pause", bulletin))
    assert status(bulletin) == Status.PAUSED
    page = editor.get(url("progress", bulletin)).content.decode()
    assert url("resume", bulletin) not in page


def test_who_may_only_look_sees_no_button_at_all():
    bulletin = make_sending_bulletin()
    make_delivery_in_doubt(bulletin)
    page = make_editor("view_bulletin").get(url("progress", bulletin)).content.decode()
    assert url("pause", bulletin) not in page
    assert "settle" not in page


@pytest.mark.parametrize("name", POSTED)
def test_a_get_on_a_button_changes_nothing(name):
    bulletin = make_sending_bulletin()
    answer = make_sending_editor().get(url(name, bulletin))
    assert (answer.status_code, status(bulletin)) == (405, Status.SENDING)


@pytest.mark.parametrize("name", PAGES[1:])
def test_a_get_on_a_page_changes_nothing(name):
    bulletin = make_sending_bulletin()
    make_sending_editor().get(url(name, bulletin))
    assert status(bulletin) == Status.SENDING


def test_a_get_on_the_schedule_page_changes_nothing():
    draft = make_draft()
    make_sending_editor().get(url("schedule", draft) + "?when=now")
    assert status(draft) == Status.DRAFT


@pytest.mark.parametrize("pk", [0, 999, 10**18, 10**30])
@pytest.mark.parametrize("name", [*PAGES, *POSTED])
def test_an_id_that_does_not_exist_is_404(name, pk):
    editor = make_sending_editor()
    ask = editor.post if name in POSTED else editor.get
    at = reverse(f"admin:mailings_bulletin_{name}", args=[pk])
    assert ask(at).status_code == 404


def test_posting_without_a_csrf_token_is_refused():
    editor = make_sending_editor()
    editor.handler.enforce_csrf_checks = True
    bulletin = make_sending_bulletin()
    assert editor.post(url("pause", bulletin)).status_code == 403
    assert status(bulletin) == Status.SENDING

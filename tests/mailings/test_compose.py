"""The page where a bulletin is written: who may, and what is kept."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from mailings import scheduling
from mailings.models import Bulletin, Delivery
from tests.mailings.desk import an_editor, answers, logged_in, page
from tests.make import make_bulletin, make_list, make_sender, make_subscriber


def test_a_new_bulletin_begins_with_its_greeting_and_the_only_sender():
    sender = make_sender()
    response = an_editor().get(reverse("admin:mailings_bulletin_add"))
    form = response.context["adminform"].form
    assert "{{ salutation }}," in form["body"].value()
    assert form["sender"].value() == sender.pk
    assert form["layout"].value()
    assert form["date"].value() is None


def test_a_new_bulletin_is_saved_as_a_draft():
    news = make_list()
    response = an_editor().post(
        reverse("admin:mailings_bulletin_add"),
        {"subject": "Dijken", "language": "nl", "lists": [news.pk], "status": "sent"},
    )
    bulletin = Bulletin.objects.get()
    assert response.url == page(bulletin)
    assert (bulletin.status, list(bulletin.lists.all())) == ("draft", [news])


def test_saving_keeps_the_text_and_makes_a_new_version():
    bulletin = make_bulletin()
    response = an_editor().post(
        page(bulletin), answers(bulletin, subject="Nieuw", ticks=["a:body:x"])
    )
    assert response.url == page(bulletin)
    bulletin.refresh_from_db()
    assert (bulletin.subject, bulletin.version) == ("Nieuw", 2)
    assert bulletin.ticked_off == ["a:body:x"]


def test_schedule_saves_and_goes_to_the_question_when():
    bulletin = make_bulletin()
    response = an_editor("mailings.can_send").post(
        page(bulletin), answers(bulletin, subject="Nieuw", _plan="1")
    )
    assert response.url == page(bulletin, "schedule")
    bulletin.refresh_from_db()
    assert (bulletin.subject, bulletin.status) == ("Nieuw", "draft")


def test_who_may_not_send_is_not_asked_when():
    bulletin = make_bulletin()
    client = an_editor()
    assert b'name="_plan"' not in client.get(page(bulletin)).content
    response = client.post(page(bulletin), answers(bulletin, _plan="1"))
    assert response.url == page(bulletin)


def test_who_may_send_is_asked_when():
    bulletin = make_bulletin()
    client = an_editor("mailings.can_send")
    assert b'name="_plan"' in client.get(page(bulletin)).content


def test_the_second_of_two_editors_is_told_and_keeps_their_text():
    bulletin = make_bulletin(subject="Begin")
    first, second = an_editor(), an_editor()
    first.post(page(bulletin), answers(bulletin, subject="Van de eerste"))
    response = second.post(page(bulletin), answers(bulletin, subject="Van de tweede"))

    text = response.content.decode()
    assert response.status_code == 200
    assert "Someone else has saved this bulletin" in text
    assert f'href="{page(bulletin)}?look"' in text
    assert response.context["adminform"].form["subject"].value() == "Van de tweede"
    bulletin.refresh_from_db()
    assert (bulletin.subject, bulletin.version) == ("Van de eerste", 2)


def test_the_second_editor_may_then_replace_the_other_text():
    bulletin = make_bulletin(subject="Begin")
    an_editor().post(page(bulletin), answers(bulletin, subject="Van de eerste"))
    second = an_editor()
    refused = second.post(page(bulletin), answers(bulletin, subject="Van de tweede"))
    based_on = refused.context["adminform"].form["based_on"].value()
    second.post(
        page(bulletin), answers(bulletin, subject="Van de tweede", based_on=based_on)
    )
    bulletin.refresh_from_db()
    assert (bulletin.subject, bulletin.version) == ("Van de tweede", 3)


@pytest.mark.parametrize("based_on", ["", "0", "7", "x"])
def test_a_save_that_is_based_on_nothing_is_refused(based_on):
    bulletin = make_bulletin(subject="Begin")
    response = an_editor().post(
        page(bulletin), answers(bulletin, subject="Nieuw", based_on=based_on)
    )
    assert response.status_code == 200
    bulletin.refresh_from_db()
    assert (bulletin.subject, bulletin.version) == ("Begin", 1)


def test_a_refused_save_leaves_lists_and_version_alone():
    bulletin = make_bulletin()
    other = make_list(name="Ander", slug="ander")
    kept = list(bulletin.lists.all())
    an_editor().post(page(bulletin), answers(bulletin, lists=[other.pk], based_on="9"))
    bulletin.refresh_from_db()
    assert (list(bulletin.lists.all()), bulletin.version) == (kept, 1)


def test_a_text_of_five_megabytes_gets_a_sentence_and_stays_on_the_page():
    bulletin = make_bulletin()
    body = f"<p>{'woord ' * 850_000}</p>"
    response = an_editor().post(page(bulletin), answers(bulletin, body=body))
    assert response.status_code == 200
    text = response.content.decode()
    assert "The text is too long: 5" in text
    assert response.context["adminform"].form["body"].value() == body
    bulletin.refresh_from_db()
    assert bulletin.version == 1
    assert len(bulletin.body) < 1000


def test_a_scheduled_bulletin_is_shown_and_not_written_on():
    bulletin = make_bulletin()
    make_subscriber(lists=list(bulletin.lists.all()))
    scheduling.schedule(bulletin, send_at=None, accept_warnings=True)
    client = an_editor("mailings.can_send")
    text = client.get(page(bulletin)).content.decode()
    assert 'id="bulletin_form"' not in text
    assert page(bulletin, "progress") in text
    assert page(bulletin, "take_back") in text


@pytest.mark.parametrize(
    "status", ["scheduled", "sending", "paused", "sent", "cancelled"]
)
def test_a_forged_post_changes_nothing_of_what_is_no_draft(status):
    bulletin = make_bulletin(subject="Vast")
    Bulletin.objects.update(status=status)
    response = an_editor("mailings.can_send").post(
        page(bulletin), answers(bulletin, subject="Vervalst"), follow=True
    )
    assert "so what you wrote was not saved" in response.content.decode()
    bulletin.refresh_from_db()
    assert (bulletin.subject, bulletin.status, bulletin.version) == ("Vast", status, 1)


def test_what_left_is_shown_as_it_left():
    bulletin = make_bulletin(subject="Zoals het ging")
    make_subscriber(lists=list(bulletin.lists.all()))
    scheduling.schedule(bulletin, send_at=None, accept_warnings=True)
    Bulletin.objects.update(subject="Later veranderd", body="<p>Later</p>")
    response = an_editor().get(page(bulletin, "preview"))
    assert b"Lees de handreiking" in response.content


def test_who_may_only_look_cannot_save():
    bulletin = make_bulletin(subject="Vast")
    client = logged_in("mailings.view_bulletin")
    assert b'id="bulletin_form"' not in client.get(page(bulletin)).content
    assert client.post(page(bulletin), answers(bulletin)).status_code == 403
    bulletin.refresh_from_db()
    assert bulletin.version == 1


def test_who_may_nothing_sees_nothing():
    bulletin = make_bulletin()
    client = logged_in()
    for name in ("change", "preview"):
        assert client.get(page(bulletin, name)).status_code == 403
    for name in ("preview", "checks", "test"):
        assert client.post(page(bulletin, name), answers(bulletin)).status_code == 403


def test_a_stranger_is_asked_to_log_in():
    bulletin = make_bulletin()
    shown = Client().post(page(bulletin, "preview"), answers(bulletin))
    assert shown.status_code == 403
    assert b"handreiking" not in shown.content
    for name in ("checks", "test"):
        response = Client().post(page(bulletin, name), answers(bulletin))
        assert response.url.startswith(reverse("admin:login"))


def test_a_draft_is_deleted_by_who_may():
    bulletin = make_bulletin()
    an_editor().post(page(bulletin, "delete"), {"post": "yes"})
    assert not Bulletin.objects.exists()


def test_a_draft_that_was_taken_back_is_deleted_with_its_edition():
    bulletin = make_bulletin()
    make_subscriber(lists=list(bulletin.lists.all()))
    scheduling.schedule(bulletin, send_at=None, accept_warnings=True)
    scheduling.take_back(bulletin)
    an_editor().post(page(bulletin, "delete"), {"post": "yes"})
    assert not Bulletin.objects.exists()


def test_a_draft_with_a_delivery_is_kept():
    bulletin = make_bulletin()
    subscriber = make_subscriber(lists=list(bulletin.lists.all()))
    scheduling.schedule(bulletin, send_at=None, accept_warnings=True)
    Delivery.objects.create(
        bulletin=bulletin,
        edition=bulletin.edition,
        subscriber=subscriber,
        email=subscriber.email,
        address_key=subscriber.address_key,
    )
    Bulletin.objects.update(status="draft")
    response = an_editor().post(page(bulletin, "delete"), {"post": "yes"})
    assert response.status_code == 403
    assert Bulletin.objects.exists()


def test_what_was_sent_is_kept():
    bulletin = make_bulletin()
    Bulletin.objects.update(status="sent")
    assert (
        an_editor().post(page(bulletin, "delete"), {"post": "yes"}).status_code == 403
    )


def test_the_page_needs_no_exception_from_the_content_security_policy():
    response = an_editor().get(page(make_bulletin()))
    rules = response["Content-Security-Policy"].split("; ")
    assert "script-src 'self'" in rules
    assert "style-src 'self'" in rules
    text = response.content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=", text)
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", text)
    assert all('type="application/json"' in one for one in inline)
    assert "importmap" not in text


def test_a_hostile_subject_does_not_break_out_of_the_page():
    bulletin = make_bulletin(subject='"></title></script><script>alert(1)</script>')
    text = an_editor().get(page(bulletin)).content.decode()
    assert "<script>alert(1)" not in text

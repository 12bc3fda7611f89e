"""What the compose page answers while somebody writes: preview, checks, a test."""

import re
from email import message_from_bytes, policy

from django.core import mail
from django.test import Client
from django.urls import reverse

from mailings.models import Bulletin, Delivery
from tests.mailings.desk import WRITES, an_editor, answers, logged_in, page
from tests.make import make_bulletin, make_list, make_subscriber


def test_the_preview_shows_the_form_and_saves_nothing():
    bulletin = make_bulletin()
    response = an_editor().post(
        page(bulletin, "preview"),
        answers(bulletin, body="<p>Nog niet bewaard voor {{ first_name }}</p>"),
    )
    assert "Nog niet bewaard voor Noor" in response.content.decode()
    bulletin.refresh_from_db()
    assert "Nog niet" not in bulletin.body


def test_the_preview_of_a_new_bulletin_needs_nothing():
    url = reverse("admin:mailings_bulletin_new_preview")
    response = an_editor().post(url, {"subject": "", "body": "<p>Begin</p>"})
    assert "Begin" in response.content.decode()
    assert not Bulletin.objects.exists()


def test_the_invented_reader_speaks_the_language_of_the_mail():
    bulletin = make_bulletin(body="<p>{{ salutation }}</p>", language="nl")
    response = an_editor().post(
        page(bulletin, "preview"), answers(bulletin), headers={"accept-language": "en"}
    )
    assert "mevrouw Wiersma" in response.content.decode()


def test_the_preview_runs_no_script_and_loads_nothing_but_images():
    bulletin = make_bulletin()
    response = an_editor().post(
        page(bulletin, "preview"),
        answers(bulletin, body="<p>Dag</p><script>alert(1)</script>"),
    )
    rules = response["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert re.search(r"sandbox(?!.*allow-(scripts|same-origin))", rules)
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert b"<script" not in response.content


def test_the_preview_shows_the_mail_of_a_chosen_subscriber():
    bulletin = make_bulletin(body="<p>Beste {{ salutation }}</p>")
    reader = make_subscriber(
        lists=list(bulletin.lists.all()), salutation="heer El Idrissi"
    )
    response = an_editor().post(
        page(bulletin, "preview"), answers(bulletin, reader=reader.pk)
    )
    assert "Beste heer El Idrissi" in response.content.decode()


def test_the_preview_never_shows_who_is_not_on_the_lists():
    bulletin = make_bulletin(body="<p>Beste {{ salutation }}</p>")
    stranger = make_subscriber(salutation="heer El Idrissi")
    response = an_editor().post(
        page(bulletin, "preview"), answers(bulletin, reader=stranger.pk)
    )
    assert "El Idrissi" not in response.content.decode()


def test_who_may_not_see_subscribers_is_shown_none():
    bulletin = make_bulletin(body="<p>Beste {{ salutation }}</p>")
    lists = list(bulletin.lists.all())
    reader = make_subscriber(lists=lists, salutation="heer El Idrissi")
    rights = [one for one in WRITES if one != "subscribers.view_subscriber"]
    client = logged_in(*rights)
    response = client.post(
        page(bulletin, "preview"), answers(bulletin, reader=reader.pk)
    )
    assert "El Idrissi" not in response.content.decode()
    found = client.get(page(bulletin, "readers"), {"lists": [lists[0].pk]})
    assert found.json() == {"readers": []}


def test_the_leave_link_of_a_preview_acts_on_nobody():
    bulletin = make_bulletin()
    reader = make_subscriber(lists=list(bulletin.lists.all()))
    text = (
        an_editor()
        .post(page(bulletin, "checks"), answers(bulletin, reader=reader.pk))
        .json()["text"]
    )
    path = re.search(r"https?://[^/\s]+(/u/\S+)", text)[1].rstrip(").>")
    Client().post(path, {"List-Unsubscribe": "One-Click"})
    assert reader.subscriptions.get().status == "confirmed"


def test_readers_are_found_by_address_and_only_on_the_chosen_lists():
    news, other = make_list(), make_list(name="Ander", slug="ander")
    noor = make_subscriber("noor@eikerveld.example", lists=[news], first_name="Noor")
    make_subscriber("piet@eikerveld.example", lists=[other])
    make_subscriber("jan@duinrade.example", lists=[news])
    url = reverse("admin:mailings_bulletin_new_readers")
    found = an_editor().get(url, {"lists": [news.pk], "q": "eikerveld"}).json()
    assert [one["id"] for one in found["readers"]] == [noor.pk]


def test_no_more_than_fifty_readers_are_offered():
    news = make_list()
    for number in range(52):
        make_subscriber(f"lezer{number}@example.org", lists=[news])
    url = reverse("admin:mailings_bulletin_new_readers")
    found = an_editor().get(url, {"lists": [news.pk], "q": ""}).json()
    assert len(found["readers"]) == 50


def test_the_checks_name_each_problem_and_its_words():
    bulletin = make_bulletin()
    response = an_editor().post(
        page(bulletin, "checks"),
        answers(bulletin, body='<p>Lees <a href="#">deze link</a></p>'),
    )
    found = response.json()
    [mark] = [one for one in found["marks"] if one["code"] == "link_empty"]
    assert (mark["where"], mark["quote"], mark["severity"]) == (
        "body",
        "deze link",
        "error",
    )
    assert f'data-go="{mark["number"]}"' in found["checks"]
    assert found["errors"] == len(
        [m for m in found["marks"] if m["severity"] == "error"]
    )


def test_a_warning_stays_ticked_off():
    bulletin = make_bulletin(
        body='<p>Kaart: <img src="https://lageland.example/kaart.png"></p>'
    )
    client = an_editor()
    tick = "image_alt:body:https://lageland.example/kaart.png"
    found = client.post(page(bulletin, "checks"), answers(bulletin)).json()["checks"]
    assert f'data-tick="{tick}"' in found
    assert f'data-tick="{tick}" checked' not in found
    found = client.post(
        page(bulletin, "checks"), answers(bulletin, ticks=[tick])
    ).json()["checks"]
    assert f'data-tick="{tick}" checked' in found


def test_the_checks_say_how_many_people_it_reaches_and_how_large_it_is():
    bulletin = make_bulletin()
    make_subscriber(lists=list(bulletin.lists.all()))
    found = an_editor().post(page(bulletin, "checks"), answers(bulletin)).json()
    assert "1 person gets it" in found["checks"]
    assert "of 102 KB" in found["checks"]
    assert found["people"] == "1 recipient"


def test_markup_in_the_words_of_a_problem_is_shown_as_words():
    bulletin = make_bulletin()
    hostile = "<p>{{ <b>&lt;img src=x onerror=alert(1)&gt;</b> }}</p>"
    found = an_editor().post(
        page(bulletin, "checks"), answers(bulletin, body=hostile, subject="{{ <svg> }}")
    )
    assert "<img src=x" not in found.json()["checks"]
    assert "<svg>" not in found.json()["checks"]


def test_a_test_goes_to_who_asks_and_is_marked_as_one():
    bulletin = make_bulletin()
    make_subscriber(lists=list(bulletin.lists.all()))
    client = an_editor()
    response = client.post(
        page(bulletin, "test"), answers(bulletin, body="<p>Nog niet bewaard</p>")
    )
    assert response.json()["sent"]
    [left] = mail.outbox
    read = message_from_bytes(left.message().as_bytes(), policy=policy.default)
    assert read["Subject"] == f"[Test] {bulletin.subject}"
    assert "marit@lageland.example" in read["To"]
    assert "Nog niet bewaard" in read.get_body(("plain",)).get_content()
    bulletin.refresh_from_db()
    assert not bulletin.subject.startswith("[Test]")
    assert not Delivery.objects.exists()


def test_who_has_no_address_is_told_where_to_fill_it_in():
    bulletin = make_bulletin()
    client = logged_in(*WRITES, email="")
    answer = client.post(page(bulletin, "test"), answers(bulletin)).json()
    assert not answer["sent"]
    assert "Users" in answer["message"]
    assert mail.outbox == []


def test_a_test_that_is_not_taken_says_why(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    bulletin = make_bulletin()
    answer = an_editor().post(page(bulletin, "test"), answers(bulletin)).json()
    assert not answer["sent"]
    assert "refused" in answer["message"]


def test_a_test_is_not_sent_by_following_a_link():
    bulletin = make_bulletin()
    assert an_editor().get(page(bulletin, "test")).status_code == 405
    assert mail.outbox == []


def test_a_text_that_cannot_be_compiled_is_a_problem_and_no_crash():
    bulletin = make_bulletin()
    deep = "<table><tr><td>" * 200 + "diep"
    client = an_editor()
    found = client.post(page(bulletin, "checks"), answers(bulletin, body=deep))
    assert found.status_code == 200
    shown = client.post(page(bulletin, "preview"), answers(bulletin, body=deep))
    assert shown.status_code == 200

"""The link in the mail, for people: what the pages say, and what their buttons do."""

import pytest

from subscribers import tokens
from subscribers.models import ConsentEvent, Subscriber
from subscribers.suppressing import suppress
from tests.make import make_organisation
from tests.subscribers.readers import (
    EMAIL,
    FORM,
    ONE_CLICK,
    make_reader,
    nothing_changed,
    path_for,
    statuses,
    text,
    undo_path,
)


# --- Practice -----------------------------------------------------------------------
def test_a_practice_link_says_so_and_leaves_nobody(stranger):
    make_reader()
    path = f"/u/{tokens.make_practice_token()}"
    assert stranger.get(path).status_code == 200
    assert text(stranger.get(path)) == text(stranger.post(path))
    response = stranger.post(path, ONE_CLICK, content_type=FORM)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert nothing_changed()


# --- Pages --------------------------------------------------------------------------
def test_the_page_names_the_masked_address_and_the_list_with_one_button(stranger):
    _reader, path = make_reader(language="en")
    page = text(stranger.get(path))
    assert "n•••••a@e•••••d.example" in page
    assert EMAIL not in page
    assert "<strong>Nieuwsbrief</strong>" in page
    assert page.count("<button") == 1
    assert "<script" not in page
    assert "style=" not in page


def test_the_page_names_every_list_that_is_left_and_no_other(stranger):
    names = ("Nieuwsbrief", "Duurzaamheid", "Veiligheid")
    reader, _path = make_reader(names=names, language="en")
    lists = [one.mailing_list for one in reader.subscriptions.all()][:2]
    path = path_for(reader, lists)
    page = text(stranger.get(path))
    assert "Nieuwsbrief" in page
    assert "Duurzaamheid" in page
    assert "Veiligheid" not in page

    stranger.post(path)
    assert statuses() == ["unsubscribed", "unsubscribed", "confirmed"]


def test_a_name_of_a_list_is_never_markup(stranger):
    _reader, path = make_reader(names=["<b>x</b>"], language="en")
    assert "<b>x</b>" not in text(stranger.get(path))


def test_the_button_leaves_and_the_next_page_undoes_it(stranger):
    _reader, path = make_reader(language="en")
    left = stranger.post(path)
    assert statuses() == ["unsubscribed"]
    assert "You are unsubscribed" in text(left)
    assert ConsentEvent.objects.get().method == "page"

    back = stranger.post(undo_path(left))
    assert statuses() == ["confirmed"]
    assert "You are subscribed again" in text(back)
    assert ConsentEvent.objects.first().kind == "came_back"

    again = text(back).split('class="link" href="')[1].split('"')[0]
    assert "<button" in text(stranger.get(again))
    stranger.post(again)
    assert statuses() == ["unsubscribed"]


def test_looking_at_the_undo_page_changes_nothing(stranger):
    _reader, path = make_reader(language="en")
    undo = undo_path(stranger.post(path))
    for _ in range(50):
        assert "You are unsubscribed" in text(stranger.get(undo))
        stranger.head(undo)
        stranger.options(undo)
    assert statuses() == ["unsubscribed"]
    stranger.post(undo)
    assert "You are subscribed again" in text(stranger.get(undo))


def test_who_already_left_sees_a_plain_page(stranger):
    _reader, path = make_reader(language="en")
    stranger.post(path, ONE_CLICK, content_type=FORM)
    for response in (stranger.get(path), stranger.post(path)):
        assert response.status_code == 200
        assert "You are unsubscribed" in text(response)
        assert "<button" not in text(response)


def test_an_undo_after_a_suppression_or_without_the_list_says_so(stranger):
    reader, path = make_reader(language="en")
    undo = undo_path(stranger.post(f"{path}?lang=en"))
    suppress(EMAIL, reason="complained")
    assert "cannot be undone" in text(stranger.post(undo))
    assert statuses() == ["unsubscribed"]

    reader.subscriptions.get().mailing_list.delete()
    assert "cannot be undone" in text(stranger.post(undo))
    Subscriber.objects.all().delete()
    assert "cannot be undone" in text(stranger.post(undo))


def test_an_old_undo_opens_nothing(stranger, monkeypatch):
    _reader, path = make_reader()
    undo = undo_path(stranger.post(path))
    monkeypatch.setattr(tokens, "UNDO_FOR", tokens.UNDO_FOR * 0)
    assert stranger.post(undo).status_code == 404
    assert statuses() == ["unsubscribed"]


# --- Language -----------------------------------------------------------------------
@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_speak_the_language_of_the_person(stranger, language):
    _reader, path = make_reader(language=language)
    other = {"nl": "en", "en": "nl"}[language]
    response = stranger.get(path, headers={"accept-language": other})
    assert f'<html lang="{language}">' in text(response)
    assert response["Content-Language"] == language
    assert f"?lang={other}" in text(response)

    chosen = stranger.get(f"{path}?lang={other}")
    assert f'<html lang="{other}">' in text(chosen)
    left = stranger.post(f"{path}?lang={other}")
    assert f'<html lang="{other}">' in text(left)
    assert undo_path(left).endswith(f"?lang={other}")


def test_an_unknown_language_is_ignored(stranger):
    _reader, path = make_reader(language="nl")
    assert '<html lang="nl">' in text(stranger.get(f"{path}?lang=xx"))


def test_the_pages_where_nobody_is_known_follow_the_browser(stranger):
    for path in ("/u/forged", f"/u/{tokens.make_practice_token()}"):
        english = stranger.get(path, headers={"accept-language": "en"})
        assert '<html lang="en">' in text(english)
        assert '<html lang="nl">' in text(stranger.get(path))


# --- Coat and headers ---------------------------------------------------------------
def test_the_pages_wear_the_organisation(stranger):
    make_organisation(colour="#0e5a4f", logo=b"any")
    _reader, path = make_reader()
    page = text(stranger.get(path))
    assert "Gemeenteverbond Lageland" in page
    assert 'href="mailto:info@lageland.example"' in page
    assert 'href="/house/0E5A4F.css"' in page
    assert 'src="/logo.png"' in page

    css = stranger.get("/house/0E5A4F.css")
    assert css["Content-Type"].startswith("text/css")
    assert "--house: #0E5A4F;" in text(css)
    assert "max-age=31536000" in css["Cache-Control"]


@pytest.mark.parametrize("colour", ["0E5A4", "0e5a4f", "red;}", "0E5A4F0"])
def test_what_is_no_colour_is_no_style_sheet(stranger, colour):
    assert stranger.get(f"/house/{colour}.css").status_code == 404


def test_every_page_of_a_token_is_private(stranger):
    _reader, path = make_reader()
    undo = undo_path(stranger.post(path))
    practice = f"/u/{tokens.make_practice_token()}"
    for address in (path, undo, practice, "/u/forged", "/undo/forged"):
        for method in (stranger.get, stranger.head, stranger.post, stranger.put):
            response = method(address)
            assert response["Cache-Control"] == "no-store, private"
            assert response["Referrer-Policy"] == "no-referrer"
            assert response["X-Robots-Tag"] == "noindex"
            assert "script-src 'self'" in response["Content-Security-Policy"]
            assert not response.cookies


def test_a_foreign_host_appears_in_no_link(stranger):
    _reader, path = make_reader()
    page = text(stranger.get(path, headers={"x-forwarded-host": "evil.example"}))
    assert "evil.example" not in page
    assert tokens.leave_url("x") == "http://127.0.0.1:8000/u/x"

"""The link in the mail: RFC 8058 for mailbox providers, pages for people."""

import pytest
from django.conf import settings
from django.test import Client

from subscribers import tokens
from subscribers.models import ConsentEvent, Subscriber, Subscription
from subscribers.suppressing import suppress
from tests.make import make_list, make_organisation, make_subscriber

EMAIL = "n.wiersma@eikerveld.example"
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    "--b\r\n"
    'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    "One-Click\r\n--b--\r\n"
)
SCANNERS = [
    "Mozilla/5.0 (compatible; LinkScanner/1.0)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SafeLinks",
    "curl/8.5.0",
    "GoogleImageProxy",
    "",
]


@pytest.fixture
def client():
    """A browser or robot for whom no door is left open."""
    return Client(enforce_csrf_checks=True)


def make_reader(*, names=("Nieuwsbrief",), language="nl", email=EMAIL):
    """A confirmed subscriber and the path of the link in their mail."""
    lists = [make_list(name=name, slug=name.lower()) for name in names]
    subscriber = make_subscriber(email, lists=lists, language=language)
    return subscriber, path_for(subscriber, lists)


def path_for(subscriber, lists):
    token = tokens.make_leave_token(
        subscriber_id=subscriber.pk,
        address_key=subscriber.address_key,
        bulletin_id=9,
        list_ids=tuple(one.pk for one in lists),
    )
    return tokens.leave_url(token).removeprefix(settings.SITE_URL)


def statuses():
    return list(Subscription.objects.order_by("pk").values_list("status", flat=True))


def nothing_changed():
    return statuses() == ["confirmed"] and not ConsentEvent.objects.exists()


def text(response):
    return " ".join(response.content.decode().split())


def undo_path(response):
    return response.content.decode().split('action="')[1].split('"')[0]


# --- RFC 8058 -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "content_type"),
    [(ONE_CLICK, FORM), (MULTIPART, "multipart/form-data; boundary=b")],
)
def test_one_click_leaves_at_once_without_any_state(client, body, content_type):
    _reader, path = make_reader()
    response = client.post(path, body, content_type=content_type)

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert "Location" not in response
    assert not response.cookies
    assert "Cookie" not in response["Vary"]
    assert statuses() == ["unsubscribed"]
    event = ConsentEvent.objects.get()
    assert (event.kind, event.method) == ("left", "one_click")
    assert event.source.startswith("bulletin 9, ")


def test_one_click_twice_is_once_and_still_a_success(client):
    _reader, path = make_reader()
    for _ in range(3):
        assert client.post(path, ONE_CLICK, content_type=FORM).status_code == 200
    assert ConsentEvent.objects.count() == 1


@pytest.mark.parametrize("gone", ["person", "list"])
def test_one_click_of_somebody_or_something_gone_is_a_plain_success(client, gone):
    reader, path = make_reader()
    if gone == "person":
        reader.delete()
    else:
        reader.subscriptions.get().mailing_list.delete()
    response = client.post(path, ONE_CLICK, content_type=FORM)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert client.get(path).status_code == client.post(path).status_code == 200


def test_one_click_leaves_nobody_else(client):
    reader, path = make_reader()
    mailing_list = reader.subscriptions.get().mailing_list
    make_subscriber("else@example.org", lists=[mailing_list])
    client.post(path, ONE_CLICK, content_type=FORM)
    assert statuses() == ["unsubscribed", "confirmed"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", FORM),
        ("List-Unsubscribe=no", FORM),
        ("\xff\xfe", "multipart/form-data"),
        ("--b", "multipart/form-data; boundary=b"),
        ("x=1", f"{FORM}; charset=utf-7"),
        ("{}", "application/json"),
        ("&".join(f"a{n}=1" for n in range(2000)), FORM),
    ],
)
def test_any_post_leaves_whatever_its_body(client, body, content_type):
    _reader, path = make_reader()
    response = client.post(path, body.encode("latin-1"), content_type=content_type)
    assert response.status_code == 200
    assert statuses() == ["unsubscribed"]


def test_the_agent_is_kept_on_one_line_and_within_bounds(client):
    _reader, path = make_reader()
    agent = "Filter\x1b[31m\x7f " + "x" * 5000
    client.post(path, ONE_CLICK, content_type=FORM, headers={"user-agent": agent})
    source = ConsentEvent.objects.get().source
    assert source.startswith("bulletin 9, Filter [31m x")
    assert len(source) == 200


# --- Nothing but POST changes anything ----------------------------------------------
@pytest.mark.parametrize("agent", SCANNERS)
def test_scanners_change_nothing(client, agent):
    _reader, path = make_reader()
    for _ in range(50):
        client.get(path, headers={"user-agent": agent})
        client.head(path, headers={"user-agent": agent})
        client.options(path, headers={"user-agent": agent})
    assert nothing_changed()


@pytest.mark.parametrize("method", ["options", "put", "patch", "delete", "trace"])
def test_other_methods_are_refused(client, method):
    _reader, path = make_reader()
    assert getattr(client, method)(path).status_code == 405
    assert nothing_changed()


def test_a_query_that_says_one_click_changes_nothing(client):
    _reader, path = make_reader()
    client.get(f"{path}?{ONE_CLICK}")
    assert nothing_changed()


def test_nothing_redirects(client):
    _reader, path = make_reader()
    for response in (client.get(path), client.head(path), client.post(path)):
        assert response.status_code == 200


# --- Forged, truncated, foreign -----------------------------------------------------
def test_every_flip_of_a_character_gets_the_same_page_and_changes_nothing(client):
    _reader, path = make_reader()
    pages = set()
    for place in range(len("/u/"), len(path)):
        flipped = "A" if path[place] != "A" else "B"
        wrong = path[:place] + flipped + path[place + 1 :]
        for response in (client.get(wrong), client.post(wrong)):
            pages.add((response.status_code, text(response).replace(wrong, "")))
    assert [status for status, _text in pages] == [404]
    assert nothing_changed()


@pytest.mark.parametrize("cut", [1, 5, 40, 70])
def test_a_truncated_link_says_what_to_do(client, cut):
    _reader, path = make_reader()
    response = client.post(path[:-cut], ONE_CLICK, content_type=FORM)
    assert response.status_code == 404
    assert "<main" in text(response)
    assert nothing_changed()


def test_tokens_of_another_purpose_open_nothing(client):
    reader, path = make_reader()
    leave = tokens.read_leave_token(path.removeprefix("/u/"))
    undo = tokens.make_undo_token(leave)
    assert client.post(f"/u/{undo}").status_code == 404
    assert client.post(path.replace("/u/", "/undo/")).status_code == 404
    practice = tokens.make_practice_token()
    assert client.post(f"/undo/{practice}").status_code == 404
    assert nothing_changed()


@pytest.mark.parametrize(
    "token", ["x", "a.b", "%00", "%ff%fe", "..", "%C3%A9.%C3%A9", "x" * 3000]
)
def test_nonsense_is_not_found(client, token):
    for path in (f"/u/{token}", f"/undo/{token}"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404


# --- Practice -----------------------------------------------------------------------
def test_a_practice_link_says_so_and_leaves_nobody(client):
    make_reader()
    path = f"/u/{tokens.make_practice_token()}"
    assert client.get(path).status_code == 200
    assert text(client.get(path)) == text(client.post(path))
    response = client.post(path, ONE_CLICK, content_type=FORM)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert nothing_changed()


# --- Pages --------------------------------------------------------------------------
def test_the_page_names_the_masked_address_and_the_list_with_one_button(client):
    _reader, path = make_reader(language="en")
    page = text(client.get(path))
    assert "n•••••a@e•••••d.example" in page
    assert EMAIL not in page
    assert "<strong>Nieuwsbrief</strong>" in page
    assert page.count("<button") == 1
    assert "<script" not in page
    assert "style=" not in page


def test_the_page_names_every_list_that_is_left_and_no_other(client):
    names = ("Nieuwsbrief", "Duurzaamheid", "Veiligheid")
    reader, _path = make_reader(names=names, language="en")
    lists = [one.mailing_list for one in reader.subscriptions.all()][:2]
    path = path_for(reader, lists)
    page = text(client.get(path))
    assert "Nieuwsbrief" in page
    assert "Duurzaamheid" in page
    assert "Veiligheid" not in page

    client.post(path)
    assert statuses() == ["unsubscribed", "unsubscribed", "confirmed"]


def test_a_name_of_a_list_is_never_markup(client):
    _reader, path = make_reader(names=["<b>x</b>"], language="en")
    assert "<b>x</b>" not in text(client.get(path))


def test_the_button_leaves_and_the_next_page_undoes_it(client):
    _reader, path = make_reader(language="en")
    left = client.post(path)
    assert statuses() == ["unsubscribed"]
    assert "You are unsubscribed" in text(left)
    assert ConsentEvent.objects.get().method == "page"

    back = client.post(undo_path(left))
    assert statuses() == ["confirmed"]
    assert "You are subscribed again" in text(back)
    assert ConsentEvent.objects.first().kind == "came_back"

    again = text(back).split('class="link" href="')[1].split('"')[0]
    assert "<button" in text(client.get(again))
    client.post(again)
    assert statuses() == ["unsubscribed"]


def test_looking_at_the_undo_page_changes_nothing(client):
    _reader, path = make_reader(language="en")
    undo = undo_path(client.post(path))
    for _ in range(50):
        assert "You are unsubscribed" in text(client.get(undo))
        client.head(undo)
        client.options(undo)
    assert statuses() == ["unsubscribed"]
    client.post(undo)
    assert "You are subscribed again" in text(client.get(undo))


def test_who_already_left_sees_a_plain_page(client):
    _reader, path = make_reader(language="en")
    client.post(path, ONE_CLICK, content_type=FORM)
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 200
        assert "You are unsubscribed" in text(response)
        assert "<button" not in text(response)


def test_an_undo_after_a_suppression_or_without_the_list_says_so(client):
    reader, path = make_reader(language="en")
    undo = undo_path(client.post(f"{path}?lang=en"))
    suppress(EMAIL, reason="complained")
    assert "cannot be undone" in text(client.post(undo))
    assert statuses() == ["unsubscribed"]

    reader.subscriptions.get().mailing_list.delete()
    assert "cannot be undone" in text(client.post(undo))
    Subscriber.objects.all().delete()
    assert "cannot be undone" in text(client.post(undo))


def test_an_old_undo_opens_nothing(client, monkeypatch):
    _reader, path = make_reader()
    undo = undo_path(client.post(path))
    monkeypatch.setattr(tokens, "UNDO_FOR", tokens.UNDO_FOR * 0)
    assert client.post(undo).status_code == 404
    assert statuses() == ["unsubscribed"]


# --- Language -----------------------------------------------------------------------
@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_speak_the_language_of_the_person(client, language):
    _reader, path = make_reader(language=language)
    other = {"nl": "en", "en": "nl"}[language]
    response = client.get(path, headers={"accept-language": other})
    assert f'<html lang="{language}">' in text(response)
    assert response["Content-Language"] == language
    assert f"?lang={other}" in text(response)

    chosen = client.get(f"{path}?lang={other}")
    assert f'<html lang="{other}">' in text(chosen)
    left = client.post(f"{path}?lang={other}")
    assert f'<html lang="{other}">' in text(left)
    assert undo_path(left).endswith(f"?lang={other}")


def test_an_unknown_language_is_ignored(client):
    _reader, path = make_reader(language="nl")
    assert '<html lang="nl">' in text(client.get(f"{path}?lang=xx"))


def test_the_pages_where_nobody_is_known_follow_the_browser(client):
    for path in ("/u/forged", f"/u/{tokens.make_practice_token()}"):
        english = client.get(path, headers={"accept-language": "en"})
        assert '<html lang="en">' in text(english)
        assert '<html lang="nl">' in text(client.get(path))


# --- Coat and headers ---------------------------------------------------------------
def test_the_pages_wear_the_organisation(client):
    make_organisation(colour="#0e5a4f", logo=b"any")
    _reader, path = make_reader()
    page = text(client.get(path))
    assert "Gemeenteverbond Lageland" in page
    assert 'href="mailto:info@lageland.example"' in page
    assert 'href="/house/0E5A4F.css"' in page
    assert 'src="/logo.png"' in page

    css = client.get("/house/0E5A4F.css")
    assert css["Content-Type"].startswith("text/css")
    assert "--house: #0E5A4F;" in text(css)
    assert "max-age=31536000" in css["Cache-Control"]


@pytest.mark.parametrize("colour", ["0E5A4", "0e5a4f", "red;}", "0E5A4F0"])
def test_what_is_no_colour_is_no_style_sheet(client, colour):
    assert client.get(f"/house/{colour}.css").status_code == 404


def test_every_page_of_a_token_is_private(client):
    _reader, path = make_reader()
    undo = undo_path(client.post(path))
    practice = f"/u/{tokens.make_practice_token()}"
    for address in (path, undo, practice, "/u/forged", "/undo/forged"):
        for method in (client.get, client.head, client.post, client.put):
            response = method(address)
            assert response["Cache-Control"] == "no-store, private"
            assert response["Referrer-Policy"] == "no-referrer"
            assert response["X-Robots-Tag"] == "noindex"
            assert "script-src 'self'" in response["Content-Security-Policy"]
            assert not response.cookies


def test_a_foreign_host_appears_in_no_link(client):
    _reader, path = make_reader()
    page = text(client.get(path, headers={"x-forwarded-host": "evil.example"}))
    assert "evil.example" not in page
    assert tokens.leave_url("x") == "http://127.0.0.1:8000/u/x"

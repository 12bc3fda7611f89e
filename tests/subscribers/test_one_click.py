"""The link in the mail, for mailbox providers (RFC 8058), scanners and forgers."""

import pytest

from subscribers import tokens
from subscribers.models import ConsentEvent
from tests.make import make_subscriber
from tests.subscribers.readers import (
    FORM,
    ONE_CLICK,
    make_reader,
    nothing_changed,
    statuses,
    text,
)

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


# --- RFC 8058 -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "content_type"),
    [(ONE_CLICK, FORM), (MULTIPART, "multipart/form-data; boundary=b")],
)
def test_one_click_leaves_at_once_without_any_state(stranger, body, content_type):
    _reader, path = make_reader()
    response = stranger.post(path, body, content_type=content_type)

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert "Location" not in response
    assert not response.cookies
    assert "Cookie" not in response["Vary"]
    assert statuses() == ["unsubscribed"]
    event = ConsentEvent.objects.get()
    assert (event.kind, event.method) == ("left", "one_click")
    assert event.source.startswith("bulletin 9, ")


def test_one_click_twice_is_once_and_still_a_success(stranger):
    _reader, path = make_reader()
    for _ in range(3):
        assert stranger.post(path, ONE_CLICK, content_type=FORM).status_code == 200
    assert ConsentEvent.objects.count() == 1


@pytest.mark.parametrize("gone", ["person", "list"])
def test_one_click_of_somebody_or_something_gone_is_a_plain_success(stranger, gone):
    reader, path = make_reader()
    if gone == "person":
        reader.delete()
    else:
        reader.subscriptions.get().mailing_list.delete()
    response = stranger.post(path, ONE_CLICK, content_type=FORM)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert stranger.get(path).status_code == stranger.post(path).status_code == 200


def test_one_click_leaves_nobody_else(stranger):
    reader, path = make_reader()
    mailing_list = reader.subscriptions.get().mailing_list
    make_subscriber("else@example.org", lists=[mailing_list])
    stranger.post(path, ONE_CLICK, content_type=FORM)
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
def test_any_post_leaves_whatever_its_body(stranger, body, content_type):
    _reader, path = make_reader()
    response = stranger.post(path, body.encode("latin-1"), content_type=content_type)
    assert response.status_code == 200
    assert statuses() == ["unsubscribed"]


def test_the_agent_is_kept_on_one_line_and_within_bounds(stranger):
    _reader, path = make_reader()
    agent = "Filter\x1b[31m\x7f " + "x" * 5000
    stranger.post(path, ONE_CLICK, content_type=FORM, headers={"user-agent": agent})
    source = ConsentEvent.objects.get().source
    assert source.startswith("bulletin 9, Filter [31m x")
    assert len(source) == 200


# --- Nothing but POST changes anything ----------------------------------------------
@pytest.mark.parametrize("agent", SCANNERS)
def test_scanners_change_nothing(stranger, agent):
    _reader, path = make_reader()
    for _ in range(50):
        stranger.get(path, headers={"user-agent": agent})
        stranger.head(path, headers={"user-agent": agent})
        stranger.options(path, headers={"user-agent": agent})
    assert nothing_changed()


@pytest.mark.parametrize("method", ["options", "put", "patch", "delete", "trace"])
def test_other_methods_are_refused(stranger, method):
    _reader, path = make_reader()
    assert getattr(stranger, method)(path).status_code == 405
    assert nothing_changed()


def test_a_query_that_says_one_click_changes_nothing(stranger):
    _reader, path = make_reader()
    stranger.get(f"{path}?{ONE_CLICK}")
    assert nothing_changed()


def test_nothing_redirects(stranger):
    _reader, path = make_reader()
    for response in (stranger.get(path), stranger.head(path), stranger.post(path)):
        assert response.status_code == 200


# --- Forged, truncated, foreign -----------------------------------------------------
def test_every_flip_of_a_character_gets_the_same_page_and_changes_nothing(stranger):
    _reader, path = make_reader()
    pages = set()
    for place in range(len("/u/"), len(path)):
        flipped = "A" if path[place] != "A" else "B"
        wrong = path[:place] + flipped + path[place + 1 :]
        for response in (stranger.get(wrong), stranger.post(wrong)):
            pages.add((response.status_code, text(response).replace(wrong, "")))
    assert [status for status, _text in pages] == [404]
    assert nothing_changed()


@pytest.mark.parametrize("cut", [1, 5, 40, 70])
def test_a_truncated_link_says_what_to_do(stranger, cut):
    _reader, path = make_reader()
    response = stranger.post(path[:-cut], ONE_CLICK, content_type=FORM)
    assert response.status_code == 404
    assert "<main" in text(response)
    assert nothing_changed()


def test_tokens_of_another_purpose_open_nothing(stranger):
    reader, path = make_reader()
    leave = tokens.read_leave_token(path.removeprefix("/u/"))
    undo = tokens.make_undo_token(leave)
    assert stranger.post(f"/u/{undo}").status_code == 404
    assert stranger.post(path.replace("/u/", "/undo/")).status_code == 404
    practice = tokens.make_practice_token()
    assert stranger.post(f"/undo/{practice}").status_code == 404
    assert nothing_changed()


@pytest.mark.parametrize(
    "token", ["x", "a.b", "%00", "%ff%fe", "..", "%C3%A9.%C3%A9", "x" * 3000]
)
def test_nonsense_is_not_found(stranger, token):
    for path in (f"/u/{token}", f"/undo/{token}"):
        assert stranger.get(path).status_code == 404
        assert stranger.post(path).status_code == 404

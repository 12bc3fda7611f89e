"""A letter of ours through each provider: in one call, and followed by nobody."""

import base64
from urllib.parse import unquote_plus

import pytest

from senders.models import Letter
from senders.transports.providers import PROVIDERS
from tests.providers.server import CUT, Answer
from tests.senders.posting import drain, post

LINK = "https://bode.example.org/admin/password/MQ/a-key/"
Status = Letter.Status


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_letter_leaves_once_and_whole(account, provider):
    server = account(provider)
    if provider == "mailtrap":  # a call for one is answered otherwise than for many
        alone = Answer(200, {"success": True, "message_ids": ["one"]})
        server.respond = lambda _request: alone
    letter = post(text=LINK)
    drain()
    letter.refresh_from_db()
    assert (letter.status, letter.reason) == (Status.SENT, "")
    (request,) = server.requests
    said = _said(provider, request)
    assert LINK in said
    assert "marit@lageland.example" in said
    assert "delivery" not in said  # it is none, and no report may be taken for one's


def _said(provider, request):
    if provider == "amazon_ses":
        return base64.b64decode(request.json["Content"]["Raw"]["Data"]).decode()
    return unquote_plus(request.text)


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ("postmark", ['"TrackOpens": false', '"TrackLinks": "None"']),
        ("sparkpost", ['"open_tracking": false', '"click_tracking": false']),
        ("mandrill", ['"track_opens": false', '"track_clicks": false']),
    ],
)
def test_who_opens_or_follows_is_not_tracked(account, provider, words):
    server = account(provider)
    post()
    drain()
    (request,) = server.requests
    assert [word for word in words if word not in request.text] == []


def test_mailgun_is_told_so_in_a_form(account):
    server = account("mailgun")
    post()
    drain()
    assert server.requests[0].form["o:tracking"] == ["no"]


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (Answer(401, {"message": "Invalid private key"}), Status.WAITING, "401"),
        (
            Answer(429, {"message": "slow"}, {"Retry-After": "90"}),
            Status.WAITING,
            "429",
        ),
        (Answer(400, {"message": "to is no address"}), Status.FAILED, "no address"),
        (Answer(500, {"message": "oh"}), Status.WAITING, "500"),
        (CUT, Status.WAITING, "no answer"),
    ],
)
def test_what_a_provider_answers(account, answer, status, reason):
    server = account("mailgun")
    server.respond = lambda _request: answer
    letter = post()
    drain()
    letter.refresh_from_db()
    assert letter.status == status
    assert reason in letter.reason
    assert len(server.requests) == 1
    assert bool(letter.text) == (status == Status.WAITING)


def test_an_alert_does_not_leave_by_a_provider_that_may_be_what_fails(
    account, settings
):
    server = account("mailgun")
    settings.ALERT_SMTP_URL = "smtp://127.0.0.1:1"
    alert = post(kind=Letter.ALERT)
    drain()
    alert.refresh_from_db()
    assert alert.status == Status.WAITING
    assert server.requests == []

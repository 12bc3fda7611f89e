"""Letters leave by the same providers, and nobody who opens one is tracked either."""

import pytest
from django.utils import timezone

from senders.models import Letter
from senders.transports.base import Kind
from senders.transports.single import send_letter
from tests.providers.rows import as_text

# What in the request says so. The others have no word for it.
OFF = {
    "mailersend": ['"track_clicks": false, "track_opens": false'],
    "mailgun": ['"o:tracking-clicks": ["no"]', '"o:tracking-opens": ["no"]'],
    "mailjet": ['"TrackClicks": "disabled"', '"TrackOpens": "disabled"'],
    "mandrill": ['"track_clicks": false', '"track_opens": false'],
    "postal": ['"X-AMP": "skip"'],
    "postmark": ['"TrackLinks": "None"', '"TrackOpens": false'],
    "sendgrid": ['"open_tracking": {"enable": false}', '"enable_text": false'],
    "sparkpost": ['"click_tracking": false', '"open_tracking": false'],
    "unisender_go": ['"track_links": 0', '"track_read": 0'],
}


def a_letter():
    return Letter(
        pk=7,
        kind="password",
        recipient="Noor@Lageland.EXAMPLE",
        subject="Kies een nieuw wachtwoord",
        text="https://bode.example.org/admin/password/Mg/c1-%recipient.x%/\n",
        created_at=timezone.now(),
    )


def sent(provider, account):
    server = account(provider)
    verdict = send_letter(a_letter())
    assert verdict.kind is Kind.SENT, verdict.reason
    (request,) = server.requests
    return as_text(request)


@pytest.mark.parametrize("provider", OFF)
def test_a_letter_is_not_tracked(provider, account):
    text = sent(provider, account)
    assert [words for words in OFF[provider] if words not in text] == []


@pytest.mark.parametrize(
    ("provider", "headers"),
    [("mailersend", ["headers"]), ("mailjet", ["Message-ID", "Date"])],
)
def test_a_letter_has_no_header_for_which_it_would_be_refused(
    provider, headers, account
):
    text = sent(provider, account)
    assert [name for name in headers if name in text] == []

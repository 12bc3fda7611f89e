"""Forged requests to the pages of a bulletin: a plain answer, and never a fault."""

import pytest

from senders.models import OutboxMail
from tests.mailings.desk import WRITES, an_editor, logged_in
from tests.make import make_bulletin, make_list, make_subscriber

HOSTILE = ["9" * 5000, "9" * 30, "٣", "²", "-1", "1e5", "\x00", ""]


def page(bulletin, name):
    return f"/admin/mailings/bulletin/{bulletin.pk}/{name}/"


@pytest.mark.parametrize("number", HOSTILE, ids=lambda number: repr(number)[:12])
def test_a_number_that_is_none_is_nobodys(number):
    mailing_list = make_list()
    make_subscriber(lists=[mailing_list])
    bulletin = make_bulletin(lists=[mailing_list])
    editor = an_editor()
    asked = {
        page(bulletin, "preview"): {"reader": number},
        page(bulletin, "readers"): {"lists": number, "q": number},
        page(bulletin, "deliveries"): {"after": number, "before": number},
        "/admin/subscribers/subscriber/": {"list": number, "status": "confirmed"},
    }
    for address, said in asked.items():
        assert editor.get(address, said).status_code == 200


@pytest.mark.parametrize(
    "email", ['"\x01"@lezer.example', "\u212a@lezer.example", '"a b"@lezer.example']
)
def test_a_test_mail_goes_to_no_address_that_mail_cannot_carry(email, settings):
    settings.EMAIL_BACKEND = "senders.outbox.OutboxBackend"
    bulletin = make_bulletin()
    form = {
        "subject": "Dijk",
        "body": "<p>Dijk</p>",
        "language": "nl",
        "sender": bulletin.sender_id,
    }
    answer = an_editor_at(email).post(page(bulletin, "test"), form).json()
    assert not answer["sent"]
    assert "character" in answer["message"] or "letter" in answer["message"]
    assert "[" not in answer["message"]
    assert not OutboxMail.objects.exists()


def an_editor_at(email):
    return logged_in(*WRITES, email=email)

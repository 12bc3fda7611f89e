"""The mail to one person: shown as it was sent, and given byte for byte."""

import re

import pytest

from mailings.models import Bulletin, Delivery
from senders.models import Organisation, Sender
from senders.transports import make_transport
from subscribers.erasing import erase
from subscribers.models import MailingList, Subscriber
from subscribers.tokens import read_leave_token
from tests.editors import make_editor, make_sending_editor, read
from tests.mailings.flying import url
from tests.mailings.sending import (
    answering,
    make_sending_bulletin,
    make_worker,
    send,
)
from tests.make import make_organisation
from tests.smtp_server import sink

PARTS = ("html", "text", "headers")
TOKEN = re.compile(r"/u/([\w.-]+)")


def deliver(bulletin, settings):
    """Over a real connection; and what the server took, by its recipient."""
    with sink() as (mails, port):
        settings.TRANSPORT = "smtp"
        settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        worker = make_worker(make_transport())
        while worker.send_slice(bulletin):
            pass
        worker.transport.close()
        return dict(mails.mails)


def change_everything(bulletin):
    """Whatever a mail is made from, after it has left."""
    Sender.objects.update(from_name="Ander", signature="Anders", reply_to="x@x.example")
    Organisation.objects.update(name="Andere organisatie", colour="#000000")
    MailingList.objects.update(name="Andere lijst", slug="ander")
    Subscriber.objects.update(email="nieuw@lezer.example", first_name="Ander")
    Bulletin.objects.update(subject="Ander onderwerp", body="<p>Anders</p>", sign=False)
    type(bulletin.layout).objects.update(frame="plain", footer="Anders", colour="#fff")
    bulletin.lists.clear()


def test_the_file_holds_the_bytes_that_were_sent_whatever_has_changed(settings):
    make_organisation()
    bulletin = make_sending_bulletin(people=3)
    Subscriber.objects.filter(email="p1@lezer.example").update(first_name="Ünal 🌊")
    bulletin.deliveries.filter(email="p2@lezer.example").update(
        values={"first_name": "=1", "name": "Zoë “Z” O'Neil <x>"}
    )
    taken = deliver(bulletin, settings)
    assert len(taken) == 3
    change_everything(bulletin)
    editor = make_sending_editor()
    for delivery in bulletin.deliveries.all():
        answer = editor.get(url("mail_file", bulletin, delivery.pk))
        assert answer.content == taken[delivery.email]
        assert answer["Content-Type"] == "message/rfc822"


def test_the_page_shows_the_same_mail_and_a_link_that_acts_on_nobody():
    bulletin = make_sending_bulletin(people=1)
    send(bulletin, answering())
    delivery = bulletin.deliveries.get()
    client = make_editor("view_bulletin")
    tokens = []
    for part in PARTS:
        page = client.get(url("mail", bulletin, delivery.pk), {"part": part})
        assert "This is the mail as it was sent." in read(page)
        tokens += TOKEN.findall(page.content.decode())
    assert (
        "Beste P0"
        in client.get(
            url("mail", bulletin, delivery.pk), {"part": "text"}
        ).content.decode()
    )
    frame = client.get(url("mail_html", bulletin, delivery.pk))
    assert "sandbox" in frame["Content-Security-Policy"]
    assert "Beste P0" in frame.content.decode()
    tokens += TOKEN.findall(frame.content.decode())
    assert len(tokens) >= 3
    assert all(read_leave_token(token).practice for token in tokens)


def test_the_page_shows_every_header():
    bulletin = make_sending_bulletin(people=1)
    send(bulletin, answering())
    delivery = bulletin.deliveries.get()
    page = make_editor("view_bulletin").get(
        url("mail", bulletin, delivery.pk), {"part": "headers"}
    )
    text = read(page)
    for said in ("List-Unsubscribe-Post", "Message-ID", "Precedence bulk"):
        assert said in text


def test_who_may_only_look_gets_no_file_for_it_holds_a_persons_link():
    bulletin = make_sending_bulletin(people=1)
    send(bulletin, answering())
    delivery = bulletin.deliveries.get()
    client = make_editor("view_bulletin")
    assert client.get(url("mail_file", bulletin, delivery.pk)).status_code == 403
    page = client.get(url("mail", bulletin, delivery.pk))
    assert url("mail_file", bulletin, delivery.pk) not in page.content.decode()


@pytest.mark.parametrize("name", ["mail", "mail_html", "mail_file"])
def test_who_may_not_see_bulletins_sees_no_mail(name):
    bulletin = make_sending_bulletin(people=1)
    address = url(name, bulletin, bulletin.deliveries.get().pk)
    assert make_editor().get(address).status_code == 403


@pytest.mark.parametrize("name", ["mail", "mail_html", "mail_file"])
def test_the_mail_of_another_bulletin_is_not_found_under_this_one(name):
    bulletin = make_sending_bulletin(people=1)
    delivery = bulletin.deliveries.get()
    other = Bulletin.objects.create(subject="Ander")
    editor = make_sending_editor()
    assert editor.get(url(name, other, delivery.pk)).status_code == 404


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"status": "skipped", "reason": "left"}, "No mail was handed over"),
        ({"status": "queued"}, "This mail has not been handed over yet."),
        ({"status": "failed", "attempts": 1}, "offered, and not taken"),
        ({"status": "deferred", "attempts": 2}, "offered, and not taken"),
        ({"status": "in_doubt", "attempts": 1}, "Nobody knows whether"),
        (
            {"status": "sent", "attempts": 1, "provider_id": "x"},
            "which put the mail together",
        ),
    ],
)
def test_the_page_says_what_the_mail_is_of(found, said):
    bulletin = make_sending_bulletin(people=1)
    bulletin.deliveries.update(**found)
    delivery = bulletin.deliveries.get()
    editor = make_sending_editor()
    assert said in read(editor.get(url("mail", bulletin, delivery.pk)))
    file = editor.get(url("mail_file", bulletin, delivery.pk))
    assert file.status_code == (200 if delivery.attempts else 404)


def test_of_an_erased_person_no_mail_is_shown():
    bulletin = make_sending_bulletin(people=1)
    send(bulletin, answering())
    erase(Subscriber.objects.get())
    delivery = bulletin.deliveries.get()
    editor = make_sending_editor()
    text = read(editor.get(url("mail", bulletin, delivery.pk)))
    assert "This person was erased." in text
    assert "Handreiking hoogwater: zo bereidt" not in text
    for name in ("mail_html", "mail_file"):
        assert editor.get(url(name, bulletin, delivery.pk)).status_code == 404
    ledger = editor.get(url("deliveries", bulletin)).content.decode()
    assert url("mail", bulletin, delivery.pk) not in ledger


def test_of_a_person_who_was_deleted_before_there_was_erasing_neither():
    bulletin = make_sending_bulletin(people=1)
    send(bulletin, answering())
    Delivery.objects.update(subscriber=None)
    delivery = bulletin.deliveries.get()
    editor = make_sending_editor()
    text = read(editor.get(url("mail", bulletin, delivery.pk)))
    assert "no longer known here" in text
    assert editor.get(url("mail_file", bulletin, delivery.pk)).status_code == 404

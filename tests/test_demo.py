"""The demo's content: real enough to send, and wrong where it should be."""

import email
import io
import os
from email.policy import default

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from PIL import Image

from mailings import scheduling
from mailings.audience import recipients
from mailings.demo import bulletins, loading
from mailings.editions import Press
from mailings.figures import totals
from mailings.models import Bulletin, Delivery
from mailings.preflight import find_problems
from senders.models import Organisation, OutboxMail, Sender
from subscribers.models import ConsentEvent, MailingList, Subscriber
from tests.make import make_list

PASSWORD = "a-password-for-the-demo"


@pytest.fixture
def demo():
    loading.load(password=PASSWORD)


def announcement():
    return Bulletin.objects.get(subject__startswith="Handreiking hoogwater")


def sent():
    return Bulletin.objects.get(status=Bulletin.Status.SENT)


def test_an_administrator_logs_in_and_has_an_address_for_tests(demo):
    admin = User.objects.get(username="admin")
    assert admin.check_password(PASSWORD)
    assert (admin.get_full_name(), admin.is_superuser) == ("Marit van Houten", True)
    assert admin.email == "marit@lageland.example.org"


def test_the_organisation_has_a_logo(demo):
    organisation = Organisation.objects.current()
    assert organisation.name == "Gemeenteverbond Lageland"
    with Image.open(io.BytesIO(organisation.logo)) as logo:
        assert (logo.format, logo.size) == ("PNG", (192, 192))
    organisation.full_clean()


def test_two_lists_about_forty_people_and_a_sender_with_a_signature(demo):
    assert MailingList.objects.count() == 2
    assert Subscriber.objects.count() == 40
    assert Sender.objects.get().signature.startswith("Met vriendelijke groet,")
    for row in [*MailingList.objects.all(), *Sender.objects.all()]:
        row.full_clean()


def test_everybody_is_invented(demo):
    addresses = [*Subscriber.objects.values_list("email", flat=True)]
    assert all(address.endswith(".example.org") for address in addresses)


def test_everybody_has_proof_of_consent(demo):
    proven = ConsentEvent.objects.filter(kind="subscribed").values("subscriber")
    assert not Subscriber.objects.exclude(pk__in=proven).exists()


def test_the_announcement_is_ready_to_go(demo):
    assert find_problems(announcement()) == []
    scheduling.send_now(announcement())
    assert announcement().status == Bulletin.Status.SCHEDULED
    lists = [each.pk for each in announcement().lists.all()]
    assert recipients(lists).count() == 39


def test_the_draft_has_each_mistake_once(demo):
    draft = Bulletin.objects.get(subject__contains="energieloket")
    found = [(each.severity.value, each.where) for each in find_problems(draft)]
    assert found == [("error", "body")] * 3 + [("warning", "body")]
    assert len({each.code for each in find_problems(draft)}) == 4


def test_the_ledger_of_the_one_that_was_sent_adds_up(demo):
    counts = {status: number for status, number in totals(sent()).items() if number}
    assert counts == {"sent": 32, "failed": 1, "skipped": 1, "in_doubt": 1}
    for delivery in sent().deliveries.exclude(status=Delivery.Status.SENT):
        assert delivery.reason
    assert not sent().deliveries.open().exists()


def test_who_was_skipped_has_left(demo):
    delivery = sent().deliveries.get(status=Delivery.Status.SKIPPED)
    events = ConsentEvent.objects.filter(subscriber=delivery.subscriber_id)
    assert [each.kind for each in events] == ["left", "subscribed"]
    assert (
        not recipients(sent().edition.list_ids)
        .filter(pk=delivery.subscriber_id)
        .exists()
    )


def test_the_outbox_holds_each_mail_as_it_was_sent(demo):
    press = Press(sent().edition, sent())
    kept = {mail.recipient: mail for mail in OutboxMail.objects.all()}
    deliveries = sent().deliveries.filter(status=Delivery.Status.SENT)
    assert len(kept) == deliveries.count()
    for delivery in deliveries.select_related("edition"):
        message = press.message_for(delivery)
        mail = kept[message.to_header]
        assert bytes(mail.source) == message.content
        assert mail.at == delivery.sent_at
        read = email.message_from_bytes(bytes(mail.source), policy=default)
        assert read["Subject"] == mail.subject == sent().subject


def test_the_work_session_is_on_a_thursday_to_come():
    for day in range(1, 15):
        today = bulletins.date(2026, 12, day)
        session = bulletins.session_day(today)
        assert session.weekday() == 3
        assert 14 <= (session - today).days <= 20


def test_what_was_sent_left_on_a_working_day():
    for day in range(1, 15):
        today = bulletins.date(2026, 12, day)
        left = bulletins.last_working_morning(today)
        assert left.date() < today
        assert left.weekday() < 5


def test_a_database_with_content_is_refused_and_stays_as_it_is():
    make_list()
    with pytest.raises(CommandError, match="wants an empty database"):
        call_command("load_demo")
    assert not User.objects.exists()
    assert MailingList.objects.count() == 1


def test_a_failure_half_way_leaves_nothing(monkeypatch):
    def fail(**_own):
        raise RuntimeError

    monkeypatch.setattr(bulletins, "make_announcement", fail)
    with pytest.raises(RuntimeError):
        loading.load(password=PASSWORD)
    assert loading.is_empty()


def test_the_command_loads_once_and_tells_a_fresh_password(product):
    told = [product() for _ in range(2)]
    passwords = {each.ok("load_demo").split()[-1] for each in told}
    assert len(passwords) == 2
    again = told[0].run("load_demo")
    assert (again.returncode, again.stdout) == (1, "")
    assert len(again.stderr.splitlines()) == 1


def test_the_command_takes_the_password_that_is_set(product):
    assert os.environ.get("DEMO_PASSWORD", "") == ""
    said = product(DEMO_PASSWORD=PASSWORD).ok("load_demo")
    assert said == f"Log in as admin with {PASSWORD}\n"

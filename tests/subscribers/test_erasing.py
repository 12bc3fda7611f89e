"""Forgetting a person: the address is nowhere any more, and every sum stays."""

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.urls import reverse

from mailings import settling
from mailings.errors import MailingError
from mailings.models import Bulletin, Delivery, Tally
from mailings.reasons import Reason
from senders.models import OutboxMail
from senders.outbox import forget_mails
from senders.transports.base import Kind, Verdict
from subscribers import subscribing, suppressing
from subscribers.erasing import erase
from subscribers.models import ConsentEvent, Subscriber, Suppression
from subscribers.signals import person_erased
from tests.editors import make_editor
from tests.mailings.sending import (
    ObedientTransport,
    answering,
    make_sending_bulletin,
    make_worker,
    reasons,
    send,
    statuses,
)
from tests.make import make_list, make_subscriber

ADDRESS = "p0@lezer.example"


def the_person() -> Subscriber:
    return Subscriber.objects.get(email=ADDRESS)


def everything_that_holds(text: str) -> list[str]:
    """Every row of every table, read as the database has it, that holds the text."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        quoted = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {quoted}")
            for row in cursor.fetchall():
                shown = " ".join(
                    bytes(one).decode("utf-8", "replace")
                    if isinstance(one, bytes | memoryview)
                    else str(one)
                    for one in row
                )
                if text.lower() in shown.lower():
                    found.append(f"{model._meta.label}: {shown}")
    return found


def test_after_an_erasure_no_table_holds_the_address(settings):
    settings.TRANSPORT = "outbox"
    refusal = Verdict(Kind.REFUSED, f"550 5.1.1 <{ADDRESS.upper()}> P0: no such user")
    bulletin = make_sending_bulletin(people=3)
    send(bulletin, answering(p0=refusal))
    Bulletin.objects.update(reason=f"20 answers like: 550 {ADDRESS}")
    OutboxMail.objects.create(recipient=f"P0 <{ADDRESS}>", subject="x", source=b"x")
    suppressing.suppress(ADDRESS, reason=Suppression.Reason.ASKED)
    assert len(everything_that_holds(ADDRESS)) > 3

    assert erase(the_person())

    assert everything_that_holds(ADDRESS) == []
    assert reasons(bulletin)[0] == "550 5.1.1 <…> …: no such user"


def test_what_became_of_the_mail_stays_and_so_do_the_sums():
    bulletin = make_sending_bulletin(people=3)
    send(bulletin, ObedientTransport())
    before = bulletin.deliveries.order_by("pk").first()

    erase(the_person())

    after = bulletin.deliveries.order_by("pk").first()
    assert (after.status, after.sent_at, after.attempts) == ("sent", before.sent_at, 1)
    assert (after.email, after.values, after.subscriber) == ("", {}, None)
    assert after.address_key != before.address_key
    assert Tally.objects.of(bulletin).by_status()["sent"] == 3


@pytest.mark.parametrize("status", ["queued", "deferred", "claimed"])
def test_what_was_not_handed_over_is_skipped(status):
    bulletin = make_sending_bulletin(people=2)
    bulletin.deliveries.update(status=status, reason=f"450 {ADDRESS} busy")

    erase(the_person())

    assert statuses(bulletin) == ["skipped", status]
    assert reasons(bulletin)[0] == Reason.FORGOTTEN


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (Verdict(Kind.SENT, "250 ok"), "sent"),
        (Verdict(Kind.REFUSED, f"550 <{ADDRESS}> unknown"), "failed"),
        (Verdict(Kind.BUSY, f"450 <{ADDRESS}> greylisted"), "deferred"),
        (Verdict(Kind.IN_DOUBT, f"<{ADDRESS}>: connection lost"), "in_doubt"),
    ],
)
def test_an_answer_that_comes_after_the_erasure_names_nobody(verdict, status):
    bulletin = make_sending_bulletin(people=3)
    transport = answering(p0=verdict)
    transport.during = lambda: erase(the_person()) if the_person_is_known() else None
    make_worker(transport).send_slice(bulletin)

    assert statuses(bulletin)[0] == status
    assert everything_that_holds(ADDRESS) == []


FORWARDED = f"550 5.2.2 <prive@elders.example> full (by {ADDRESS})"


def test_where_their_mail_went_on_to_is_forgotten_too():
    bulletin = make_sending_bulletin(people=2)
    send(bulletin, answering(p0=Verdict(Kind.REFUSED, FORWARDED)))
    erase(the_person())
    assert everything_that_holds("prive") == []
    assert reasons(bulletin)[0] == "550 5.2.2 <…> full (by …)"


def test_nor_does_an_answer_that_comes_later_say_it():
    bulletin = make_sending_bulletin(people=2)
    transport = answering(p0=Verdict(Kind.REFUSED, FORWARDED))
    transport.during = lambda: erase(the_person()) if the_person_is_known() else None
    make_worker(transport).send_slice(bulletin)
    assert everything_that_holds("prive") == []


def test_a_bulletin_that_pauses_later_names_nobody_who_was_erased():
    bulletin = make_sending_bulletin(people=3)
    transport = answering(p0=Verdict(Kind.BROKEN, f"530 <{ADDRESS}>, p0: log in"))
    transport.during = lambda: erase(the_person()) if the_person_is_known() else None
    make_worker(transport).send_slice(bulletin)

    bulletin.refresh_from_db()
    assert (bulletin.status, bulletin.reason) == ("paused", "530 <…>, …: log in")
    assert everything_that_holds("p0") == []


def test_the_admins_log_forgets_who_was_deleted_before_they_joined_anew():
    editor = make_editor("view_subscriber", "delete_subscriber", "change_subscriber")
    user = editor.get(reverse("admin:index")).wsgi_request.user
    old = make_subscriber(ADDRESS)
    LogEntry.objects.log_actions(user.pk, [old], 1, single_object=True)
    old.delete()
    make_subscriber(ADDRESS.upper())
    erase(Subscriber.objects.get())
    assert everything_that_holds(ADDRESS) == []


def the_person_is_known() -> bool:
    return Subscriber.objects.filter(email=ADDRESS).exists()


def test_what_was_claimed_for_an_erased_person_is_not_handed_over():
    bulletin = make_sending_bulletin(people=4)
    transport = ObedientTransport(most=1)
    transport.during = lambda: [
        erase(person) for person in Subscriber.objects.filter(email="p3@lezer.example")
    ]
    send(bulletin, transport)
    assert transport.handed == [f"p{number}@lezer.example" for number in range(3)]
    assert statuses(bulletin) == ["sent"] * 3 + ["skipped"]


@pytest.mark.parametrize("status", ["failed", "in_doubt"])
def test_nothing_is_sent_again_to_an_erased_person(status):
    bulletin = make_sending_bulletin(people=1)
    bulletin.deliveries.update(status=status)
    Bulletin.objects.update(status="sent")
    erase(the_person())
    with pytest.raises(MailingError):
        settling.send_again(Delivery.objects.get())
    assert (Delivery.objects.get().status, Bulletin.objects.get().status) == (
        status,
        "sent",
    )


def test_proof_of_consent_and_a_suppression_outlive_the_person():
    readers = make_list()
    person = subscribing.subscribe(
        ADDRESS, readers, method=ConsentEvent.Method.PAGE
    ).subscriber
    suppressing.suppress(ADDRESS, reason=Suppression.Reason.ASKED)
    key = person.address_key

    erase(person)

    proof = ConsentEvent.objects.order_by("pk").values_list("kind", "address_key")
    assert list(proof) == [("subscribed", key), ("left", key)]
    assert suppressing.is_suppressed(key)
    assert not Subscriber.objects.exists()


def test_who_came_back_after_a_deletion_is_erased_from_before_it_too():
    bulletin = make_sending_bulletin(people=2)
    send(bulletin, ObedientTransport())
    the_person().delete()
    make_subscriber(ADDRESS)
    erase(the_person())
    assert everything_that_holds(ADDRESS) == []


def test_a_domain_of_their_own_is_forgotten_and_one_of_many_is_not():
    bulletin = make_sending_bulletin(people=3)
    bulletin.deliveries.filter(email=ADDRESS).update(domain="p0.example")
    send(bulletin, ObedientTransport())
    erase(the_person())
    erase(Subscriber.objects.get(email="p1@lezer.example"))

    assert everything_that_holds("p0.example") == []
    assert everything_that_holds("lezer.example") != []
    assert Tally.objects.of(bulletin).by_status()["sent"] == 3


def test_the_mails_of_others_stay_in_the_outbox():
    for recipient in (f"xp0@lezer.example, {ADDRESS}", "Xp0@lezer.example", ADDRESS):
        OutboxMail.objects.create(recipient=recipient, subject="x", source=b"")
    forget_mails(ADDRESS.upper())
    assert [one.recipient for one in OutboxMail.objects.all()] == ["Xp0@lezer.example"]


@pytest.mark.parametrize("damaged", ["", "p0", "pü@lezer.example", "p0@lezer"])
def test_a_damaged_address_is_erased_like_any_other(damaged):
    bulletin = make_sending_bulletin(people=2)
    bulletin.deliveries.filter(email=ADDRESS).update(email=damaged)
    Subscriber.objects.filter(email=ADDRESS).update(email=damaged)
    for recipient in (damaged, "p1@lezer.example"):
        OutboxMail.objects.create(recipient=recipient, subject="x", source=b"")

    assert erase(Subscriber.objects.get(email=damaged))

    assert statuses(bulletin) == ["skipped", "queued"]
    kept = OutboxMail.objects.exclude(recipient="").values_list("recipient", flat=True)
    assert list(kept) == ["p1@lezer.example"]


def test_an_erasure_that_fails_halfway_undoes_all():
    bulletin = make_sending_bulletin(people=1)

    def fails(**_signal):
        raise RuntimeError("the disk is full")

    person_erased.connect(fails)
    try:
        with pytest.raises(RuntimeError):
            erase(the_person())
    finally:
        person_erased.disconnect(fails)
    assert the_person_is_known()
    assert [one.email for one in bulletin.deliveries.all()] == [ADDRESS]


def test_erasing_twice_changes_nothing_more():
    person = make_subscriber(ADDRESS)
    assert erase(Subscriber.objects.get(pk=person.pk))
    assert not erase(person)


def test_the_admin_erases_and_its_own_log_forgets_the_address():
    bulletin = make_sending_bulletin(people=2)
    person = the_person()
    LogEntry.objects.all().delete()
    editor = make_editor("view_subscriber", "delete_subscriber", "change_subscriber")
    url = reverse("admin:subscribers_subscriber_delete", args=[person.pk])

    assert editor.post(url, {"post": "yes"}).status_code == 302

    assert statuses(bulletin) == ["skipped", "queued"]
    # The page's own message, which names whom it was about, is shown once and gone.
    assert [one for one in everything_that_holds(ADDRESS) if "Session" not in one] == []
    assert LogEntry.objects.count() == 1

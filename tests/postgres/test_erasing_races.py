"""Somebody is erased at the very moment at which a bulletin starts, or hands over."""

import threading

import pytest
from django.db import connection, transaction
from django.urls import reverse

from mailings import granting, scheduling, starting
from mailings.models import Bulletin
from mailings.reasons import Reason
from subscribers.erasing import erase
from subscribers.models import Subscriber
from tests.mailings.sending import (
    make_due_bulletin,
    make_sending_bulletin,
    people,
    reasons,
    statuses,
)
from tests.postgres.beside import Beside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _impatient():
    """Nothing here may wait for long; who would wait for ever gets an error."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '15s'")
    yield
    connection.close()


def one() -> Subscriber:
    return Subscriber.objects.get(email=people(1)[0])


def again(bulletin) -> Bulletin:
    return Bulletin.objects.get(pk=bulletin.pk)


def test_a_start_that_waits_for_an_erasure_goes_on_without_the_person():
    bulletin = make_due_bulletin(people=4)
    with transaction.atomic():
        assert erase(one())
        starter = Beside(lambda: starting.start(again(bulletin)))
        assert starter.waits()
    assert starter.result() is True
    assert statuses(bulletin) == ["queued"] * 3


def test_a_second_try_is_not_undone_by_another_erasure(monkeypatch):
    bulletin = make_due_bulletin(people=4)
    begin = starting._begin

    def begin_beside_an_erasure(bulletin, *, careful):
        with transaction.atomic():
            assert erase(Subscriber.objects.earliest("pk"))
            starter = Beside(lambda: begin(bulletin, careful=careful))
            assert starter.waits()
        return starter.result()

    monkeypatch.setattr(starting, "_begin", begin_beside_an_erasure)
    monkeypatch.setattr(starting, "TRIES", 2)
    assert starting.start(again(bulletin)) is True
    assert statuses(bulletin) == ["queued"] * 2


def test_an_erasure_that_waits_for_a_start_empties_what_it_wrote():
    bulletin = make_due_bulletin(people=4)
    with transaction.atomic():
        assert starting.start(again(bulletin))
        # As PostgreSQL does when it commits.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        eraser = Beside(lambda: erase(one()))
        assert eraser.waits()
    assert eraser.result() is True
    assert statuses(bulletin) == ["queued", "skipped", "queued", "queued"]
    assert reasons(bulletin)[1] == Reason.FORGOTTEN
    assert bulletin.deliveries.order_by("pk")[1].email == ""


def deletion_page() -> str:
    return reverse("admin:subscribers_subscriber_delete", args=[one().pk])


def test_the_page_that_deletes_somebody_while_a_start_commits_answers(admin_client):
    bulletin = make_due_bulletin(people=4)
    page = deletion_page()
    with transaction.atomic():
        assert starting.start(again(bulletin))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor = Beside(lambda: admin_client.post(page, {"post": "yes"}))
        assert editor.waits()
    assert editor.result().status_code == 302
    assert not Subscriber.objects.filter(email=people(1)[0]).exists()
    assert statuses(bulletin) == ["queued", "skipped", "queued", "queued"]


def test_a_start_begins_anew_where_somebody_is_deleted_before_it_commits(
    admin_client, monkeypatch
):
    bulletin = make_due_bulletin(people=4)
    written, deleted = threading.Event(), threading.Event()
    write = starting._write_deliveries

    def slowly(one, **how):
        count = write(one, **how)
        written.set()
        assert deleted.wait(20)
        return count

    monkeypatch.setattr(starting, "_write_deliveries", slowly)
    starter = Beside(lambda: starting.start(again(bulletin)))
    assert written.wait(20)
    answer = admin_client.post(deletion_page(), {"post": "yes"})
    deleted.set()
    assert answer.status_code == 302
    assert starter.result() is True
    assert statuses(bulletin) == ["queued"] * 3


def test_who_is_erased_before_a_grant_is_not_handed_over():
    bulletin = make_sending_bulletin(people=3)
    mine = granting.claim_slice(bulletin, size=3)
    with transaction.atomic():
        erase(one())
        worker = Beside(lambda: granting.grant(mine, mine.rows))
        assert worker.waits()
    granted, _go_on = worker.result()
    assert [row.email for row in granted] == people(0, 2)
    assert statuses(bulletin) == ["submitting", "skipped", "submitting"]


def test_who_was_granted_first_is_emptied_and_stays_handed_over():
    bulletin = make_sending_bulletin(people=3)
    mine = granting.claim_slice(bulletin, size=3)
    with transaction.atomic():
        granting.grant(mine, mine.rows)
        eraser = Beside(lambda: erase(one()))
        assert eraser.waits()
    assert eraser.result() is True
    assert statuses(bulletin) == ["submitting"] * 3
    assert bulletin.deliveries.filter(email="", subscriber=None).count() == 1


def test_an_erasure_and_a_cancel_do_not_wait_in_a_ring():
    bulletin = make_sending_bulletin(people=3)
    scheduling.pause(again(bulletin), reason=f"550 5.7.1 <{people(1)[0]}>: blocked")
    with transaction.atomic():
        Bulletin.objects.select_for_update().get(pk=bulletin.pk)
        eraser = Beside(lambda: erase(one()))
        assert eraser.waits()
        scheduling.cancel(again(bulletin))
    assert eraser.result() is True
    assert statuses(bulletin) == ["skipped"] * 3
    assert people(1)[0] not in again(bulletin).reason

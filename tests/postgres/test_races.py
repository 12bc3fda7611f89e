"""Two workers, or a worker and an editor, at the same row: the second sees the first.

Each test holds one side's transaction open while the other acts, as PostgreSQL alone
allows (SQLite has one writer at a time).
"""

import threading

import pytest
from django.db import connection, transaction

from mailings import granting, scheduling, settling, starting, sweeping
from mailings.delivering import finish
from mailings.errors import WrongState
from mailings.models import Bulletin, Delivery
from senders import letters
from senders.models import Letter
from subscribers.models import Subscriber, Subscription
from tests.mailings.sending import (
    ObedientTransport,
    make_due_bulletin,
    make_sending_bulletin,
    make_worker,
    people,
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


def claim(bulletin, size=3):
    """In a transaction that the caller holds open."""
    found = granting.claim_slice(bulletin, size=size)
    return [] if found is None else [row.email for row in found.rows]


def test_a_claim_skips_what_another_is_just_claiming():
    bulletin = make_sending_bulletin(people=5)
    with transaction.atomic():
        assert claim(bulletin) == people(0, 1, 2)
        other = Beside(lambda: claim(bulletin))
        assert not other.waits()
        assert other.result() == people(3, 4)


def test_where_all_is_being_claimed_there_is_nothing_to_wait_for():
    bulletin = make_sending_bulletin(people=3)
    with transaction.atomic():
        claim(bulletin)
        assert Beside(lambda: granting.claim_slice(bulletin, size=3)).result() is None


def test_a_bulletin_is_started_once_by_two_at_the_same_moment():
    bulletin = make_due_bulletin(people=4)
    with transaction.atomic():
        assert starting.start(bulletin)
        again = Bulletin.objects.get(pk=bulletin.pk)
        other = Beside(lambda: starting.start(again))
        assert other.waits()
    assert other.result() is False
    assert statuses(bulletin) == ["queued"] * 4


def test_who_is_erased_during_a_start_does_not_stop_it():
    bulletin = make_due_bulletin(people=4)
    person = Subscriber.objects.get(email=people(1)[0])
    with transaction.atomic():
        person.delete()
        starter = Beside(lambda: starting.start(Bulletin.objects.get(pk=bulletin.pk)))
        assert starter.waits()
    assert starter.result() is True
    assert statuses(bulletin) == ["queued"] * 3


def test_a_start_that_fails_leaves_it_to_the_one_who_waits():
    bulletin = make_due_bulletin(people=4)
    again = Bulletin.objects.get(pk=bulletin.pk)
    with transaction.atomic():
        starting.start(bulletin)
        other = Beside(lambda: starting.start(again))
        assert other.waits()
        transaction.set_rollback(True)
    assert other.result() is True
    assert statuses(bulletin) == ["queued"] * 4


def test_what_is_just_being_cancelled_is_not_granted():
    bulletin = make_sending_bulletin(people=3)
    mine = granting.claim_slice(bulletin, size=3)
    with transaction.atomic():
        scheduling.cancel(Bulletin.objects.get(pk=bulletin.pk))
        worker = Beside(lambda: granting.grant(mine, mine.rows))
        assert worker.waits()
    assert worker.result() == ([], False)
    assert statuses(bulletin) == ["skipped"] * 3


def test_what_was_granted_first_is_not_cancelled():
    bulletin = make_sending_bulletin(people=3)
    mine = granting.claim_slice(bulletin, size=3)
    with transaction.atomic():
        granting.grant(mine, mine.rows[:2])
        editor = Beside(lambda: scheduling.cancel(Bulletin.objects.get(pk=bulletin.pk)))
        assert editor.waits()
    editor.result()
    assert statuses(bulletin) == ["submitting", "submitting", "skipped"]


@pytest.mark.parametrize("act", [scheduling.pause, "leave"])
def test_a_pause_and_a_leave_that_came_first_are_obeyed_by_the_next_grant(act):
    bulletin = make_sending_bulletin(people=3)
    mine = granting.claim_slice(bulletin, size=3)

    def first():
        if act == "leave":
            here = Subscription.objects.filter(subscriber__email="p0@lezer.example")
            here.update(status=Subscription.Status.UNSUBSCRIBED)
        else:
            act(Bulletin.objects.get(pk=bulletin.pk))

    Beside(first).result()
    granted, go_on = granting.grant(mine, mine.rows)
    left = people(1, 2) if act == "leave" else []
    assert ([row.email for row in granted], go_on) == (left, act == "leave")


def test_two_pauses_at_once_are_one():
    bulletin = make_sending_bulletin()
    with transaction.atomic():
        scheduling.pause(bulletin)
        again = Bulletin.objects.get(pk=bulletin.pk)
        again.status = Bulletin.Status.SENDING
        other = Beside(lambda: scheduling.pause(again))
        assert other.waits()
    with pytest.raises(WrongState):
        other.result()


def fail_all(bulletin):
    bulletin.deliveries.update(status=Delivery.Status.FAILED, reason="550 no")


def test_send_again_comes_before_the_end_and_is_sent():
    bulletin = make_sending_bulletin(people=1)
    fail_all(bulletin)
    with transaction.atomic():
        settling.send_again(bulletin.deliveries.get())
        worker = Beside(lambda: finish(bulletin))
        assert worker.waits()
    worker.result()
    bulletin.refresh_from_db()
    assert (bulletin.status, statuses(bulletin)) == ("sending", ["queued"])


def test_send_again_comes_after_the_end_and_opens_it_anew():
    bulletin = make_sending_bulletin(people=1)
    fail_all(bulletin)
    failed = bulletin.deliveries.get()
    with transaction.atomic():
        finish(bulletin)
        editor = Beside(lambda: settling.send_again(failed))
        assert editor.waits()
    editor.result()
    bulletin.refresh_from_db()
    assert (bulletin.status, statuses(bulletin)) == ("sending", ["queued"])


def test_a_sweep_takes_nothing_from_who_just_renews_a_lease(settings):
    settings.LEASE_SECONDS = 600
    bulletin = make_sending_bulletin(people=2)
    mine = granting.claim_slice(bulletin, size=2)
    bulletin.deliveries.update(lease_until="2020-01-01T00:00Z")
    with transaction.atomic():
        granting.grant(mine, mine.rows)
        repair = Beside(sweeping.sweep)
        assert repair.waits()
    repair.result()
    assert statuses(bulletin) == ["submitting"] * 2


def test_a_letter_is_claimed_by_one(settings):
    settings.TRANSPORT = "outbox"
    for number in range(2):
        letters.post(
            kind="password",
            recipient=f"p{number}@lezer.example",
            subject="Hallo",
            text="Hallo",
            lifetime=letters.LONGEST_WAIT,
        )
    with transaction.atomic():
        mine = letters._claim()
        other = Beside(letters._claim)
        assert not other.waits()
        assert {mine.pk, other.result().pk} == set(
            Letter.objects.values_list("pk", flat=True)
        )


def test_four_workers_at_once_give_each_person_one_copy():
    bulletin = make_sending_bulletin(people=200)
    transports = [ObedientTransport(most=7) for _ in range(4)]
    together = threading.Barrier(4)

    def drain(transport):
        worker = make_worker(transport)
        together.wait(20)
        while worker.send_slice(Bulletin.objects.get(pk=bulletin.pk)):
            pass

    # Slices of 500 would all be the first worker's.
    slices = pytest.MonkeyPatch()
    slices.setattr("mailings.delivering.SLICE", 20)
    try:
        for one in [Beside(lambda t=t: drain(t)) for t in transports]:
            one.result()
    finally:
        slices.undo()
    handed = [email for transport in transports for email in transport.handed]
    assert sorted(handed) == sorted(people(*range(200)))
    assert sum(bool(transport.handed) for transport in transports) > 1
    assert set(statuses(bulletin)) == {"sent"}

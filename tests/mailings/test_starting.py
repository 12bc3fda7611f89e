import pytest
from django.db import IntegrityError

from mailings import scheduling, starting
from mailings.editions import values_of
from mailings.models import Bulletin, Delivery
from mailings.reasons import Reason
from subscribers.models import Subscriber, Subscription
from tests.mailings.sending import make_due_bulletin
from tests.make import make_list, make_subscriber


def test_starting_freezes_the_recipients():
    bulletin = make_due_bulletin(people=3)
    assert starting.start(bulletin)
    assert bulletin.status == Bulletin.Status.SENDING
    assert bulletin.started_at
    for delivery in bulletin.deliveries.all():
        assert delivery.status == Delivery.Status.QUEUED
        assert delivery.edition == bulletin.edition
        assert delivery.email == delivery.subscriber.email
        assert delivery.address_key == delivery.subscriber.address_key
        assert delivery.values == values_of(delivery.subscriber)
        assert (delivery.outcome, delivery.reason, delivery.attempts) == ("none", "", 0)
    assert bulletin.deliveries.due().count() == 3


def test_hostile_values_are_frozen_as_they_are():
    name = "'\"\\ %s {{ x }} \u202e \U0001f4e7 \n"
    bulletin = make_due_bulletin(people=1)
    Subscriber.objects.update(first_name=name)
    starting.start(bulletin)
    assert bulletin.deliveries.get().values["first_name"] == name


def test_who_joins_after_the_start_gets_nothing():
    bulletin = make_due_bulletin(people=1)
    starting.start(bulletin)
    make_subscriber("late@lezer.example", lists=list(bulletin.lists.all()))
    assert bulletin.deliveries.count() == 1


def test_it_goes_to_the_lists_of_the_edition():
    bulletin = make_due_bulletin(people=2)
    other = make_list(name="Andere", slug="andere")
    make_subscriber("other@lezer.example", lists=[other])
    bulletin.lists.set([other])
    starting.start(bulletin)
    assert set(bulletin.deliveries.values_list("email", flat=True)) == {
        "p0@lezer.example",
        "p1@lezer.example",
    }


def test_starting_twice_finds_it_done():
    bulletin = make_due_bulletin(people=2)
    assert starting.start(Bulletin.objects.get(pk=bulletin.pk))
    assert not starting.start(bulletin)
    assert bulletin.deliveries.count() == 2


def test_a_start_that_fails_leaves_nothing_half_done(monkeypatch):
    bulletin = make_due_bulletin(people=2)
    write = starting._write_deliveries  # done twice, the second breaks a constraint
    monkeypatch.setattr(
        starting,
        "_write_deliveries",
        lambda one, **how: write(one, **how) and write(one, **how),
    )
    with pytest.raises(IntegrityError):
        starting.start(bulletin)
    bulletin.refresh_from_db()
    assert bulletin.status == Bulletin.Status.SCHEDULED
    assert not Delivery.objects.exists()


def test_what_was_taken_back_does_not_start():
    bulletin = make_due_bulletin()
    scheduling.take_back(Bulletin.objects.get(pk=bulletin.pk))
    assert not starting.start(bulletin)
    assert not Delivery.objects.exists()


def test_where_everybody_has_left_it_ends_and_says_so():
    bulletin = make_due_bulletin(people=2)
    Subscription.objects.update(status=Subscription.Status.UNSUBSCRIBED)
    starting.start(bulletin)
    assert (bulletin.status, bulletin.reason) == ("sent", Reason.NOBODY)
    assert bulletin.finished_at


def test_every_due_bulletin_starts_and_no_other():
    first = make_due_bulletin(people=1)
    early = Bulletin.objects.create(status="scheduled", subject="later")
    early.send_at = first.send_at.replace(year=first.send_at.year + 1)
    early.save()
    assert starting.start_due()
    assert not starting.start_due()
    early.refresh_from_db()
    assert early.status == Bulletin.Status.SCHEDULED

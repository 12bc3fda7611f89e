"""What the database itself refuses, on every engine that it runs on.

Each constraint of the models has its row here; one that is added without is noticed.
"""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from mailings.models import Delivery, Edition, Pulse
from senders.models import Organisation, Pace
from subscribers.models import KeyProof, MailingList, Subscription, Suppression
from tests.mailings.sending import make_sending_bulletin
from tests.make import make_bulletin, make_list, make_sender, make_subscriber

OURS = ("senders", "subscribers", "mailings")


def same_delivery(**changes):
    bulletin = make_sending_bulletin(people=1)
    first = bulletin.deliveries.get()
    fields = {
        "bulletin": bulletin,
        "edition": bulletin.edition,
        "subscriber": first.subscriber,
        "address_key": first.address_key,
        "email": first.email,
    }
    Delivery.objects.create(**fields | changes)


def again(model, **fields):
    model.objects.create(**fields)
    model.objects.create(**fields)


def same_bulletin_token():
    first = make_bulletin()
    make_bulletin(lists=[], sender=first.sender, token=first.token)


def change_delivery(**changes):
    bulletin = make_sending_bulletin(people=1)
    Delivery.objects.filter(bulletin=bulletin).update(**changes)
    # Foreign keys are checked at the end of a transaction, and ours has none.
    connection.check_constraints()


def subscription_twice():
    mailing_list = make_list()
    subscriber = make_subscriber(lists=[mailing_list])
    Subscription.objects.create(subscriber=subscriber, mailing_list=mailing_list)


# By the constraint's name, or by "table.column" where the column alone is unique.
REFUSED = {
    "one_delivery_per_subscriber": lambda: same_delivery(address_key="another"),
    "one_delivery_per_address": lambda: same_delivery(subscriber=None),
    "one_subscription_per_list": subscription_twice,
    "one_organisation": lambda: Organisation.objects.create(pk=2),
    "one_key_proof": lambda: KeyProof.objects.create(pk=2, value="x"),
    "mailings_bulletin.token": same_bulletin_token,
    "mailings_layout.slug": lambda: again(
        apps.get_model("mailings", "Layout"), name="Brief", slug="brief"
    ),
    "senders_sender.from_address": lambda: (make_sender(), make_sender()),
    "subscribers_mailinglist.slug": lambda: (make_list(), make_list(name="Ander")),
    "subscribers_subscriber.address_key": lambda: (
        make_subscriber("a@lezer.example"),
        make_subscriber("A@LEZER.example"),
    ),
    "subscribers_suppression.address_key": lambda: again(
        Suppression, address_key="key", reason="asked"
    ),
}


def ours():
    return [model for app in OURS for model in apps.get_app_config(app).get_models()]


def test_every_constraint_of_the_models_is_tried_here():
    named = {one.name for model in ours() for one in model._meta.constraints}
    unique = {
        f"{model._meta.db_table}.{field.column}"
        for model in ours()
        for field in model._meta.local_concrete_fields
        if field.unique and not field.primary_key
    }
    assert named | unique == set(REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(name):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        REFUSED[name]()
    # SQLite names the columns of what is unique, PostgreSQL the constraint.
    told = str(refused.value)
    assert name.partition(".")[2] in told or name in told


@pytest.mark.parametrize(
    "write",
    [
        lambda: change_delivery(attempts=-1),
        lambda: Pace.objects.create(
            transport="smtp", next_at=timezone.now(), reserved=-1
        ),
    ],
)
def test_no_count_is_below_zero(write):
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


@pytest.mark.parametrize("key", ["bulletin_id", "edition_id", "subscriber_id"])
def test_a_delivery_is_of_something_that_exists(key):
    with pytest.raises(IntegrityError), transaction.atomic():
        change_delivery(**{key: 10**6})


def test_what_was_sent_keeps_its_bulletin_and_its_edition():
    bulletin = make_sending_bulletin(people=1)
    with pytest.raises(models.ProtectedError):
        bulletin.delete()
    with pytest.raises(models.ProtectedError):
        Edition.objects.filter(pk=bulletin.edition_id).delete()


def test_one_sender_has_one_pulse():
    Pulse.objects.create(name="host:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Pulse.objects.create(name="host:1")
    assert MailingList.objects.count() == 0

"""What we know of a person, and the proof that outlives them."""

import pytest
from django.core.exceptions import ValidationError

from senders.addresses import BadAddress
from subscribers import subscribing
from subscribers.errors import AddressTaken
from subscribers.keys import address_key
from subscribers.models import ConsentEvent, Subscriber, Suppression
from subscribers.suppressing import suppress
from tests.make import make_list, make_subscriber

ADMIN = ConsentEvent.Method.ADMIN
EMAIL = "n.wiersma@eikerveld.example"


# --- Details ------------------------------------------------------------------------
def test_a_changed_address_is_the_one_that_counts():
    subscriber = make_subscriber(EMAIL)
    subscribing.change_details(subscriber, email=" New@Example.org ", first_name="Noa")
    subscriber.refresh_from_db()
    assert (subscriber.email, subscriber.first_name) == ("New@Example.org", "Noa")
    assert subscriber.address_key == address_key("new@example.org")


def test_an_address_of_somebody_else_is_refused():
    make_subscriber("else@example.org")
    subscriber = make_subscriber(EMAIL)
    with pytest.raises(AddressTaken):
        subscribing.change_details(subscriber, email="ELSE@example.org")
    subscriber.refresh_from_db()
    assert subscriber.email == EMAIL


@pytest.mark.parametrize("change", [{"email": "no"}, {"name": "a\nb"}])
def test_bad_details_are_refused(change):
    subscriber = make_subscriber(EMAIL, name="Nynke")
    with pytest.raises(ValidationError):
        subscribing.change_details(subscriber, **change)
    subscriber.refresh_from_db()
    assert (subscriber.email, subscriber.name) == (EMAIL, "Nynke")


# --- Proof --------------------------------------------------------------------------
def test_proof_is_never_changed():
    subscribing.subscribe(EMAIL, make_list(), method=ADMIN)
    with pytest.raises(TypeError):
        ConsentEvent.objects.update(kind="left")


def test_proof_outlives_the_person_and_the_list():
    mailing_list = make_list()
    subscribing.subscribe(EMAIL, mailing_list, method=ADMIN)
    Subscriber.objects.all().delete()
    mailing_list.delete()
    event = ConsentEvent.objects.get()
    assert (event.list_name, event.address_key) == ("Nieuwsbrief", address_key(EMAIL))


def test_the_first_reason_of_a_suppression_stays():
    suppress(EMAIL, reason=Suppression.Reason.BOUNCED)
    suppress(EMAIL.upper(), reason=Suppression.Reason.ASKED)
    assert Suppression.objects.get().reason == "bounced"
    with pytest.raises(BadAddress):
        suppress("nobody", reason=Suppression.Reason.ASKED)

import pytest
from django.utils import timezone

from mailings.copies import copy_for, copy_for_nobody
from mailings.editions import compile_edition
from mailings.errors import NotInAudience
from mailings.models import Bulletin, Delivery
from subscribers.models import Subscription
from subscribers.tokens import read_leave_token
from tests.make import make_bulletin, make_list, make_subscriber


@pytest.fixture
def bulletin():
    chosen = make_list()
    make_subscriber("Jo@eikerveld.example", lists=[chosen], first_name="Jo")
    make_subscriber("weg@eikerveld.example")
    return make_bulletin(lists=[chosen])


def start(bulletin, **values):
    """As the engine does: an edition, and one frozen row."""
    edition = compile_edition(bulletin)
    edition.save()
    person = Subscription.objects.get().subscriber
    Bulletin.objects.update(
        status=Bulletin.Status.SENDING, edition=edition, started_at=timezone.now()
    )
    return Delivery.objects.create(
        bulletin=bulletin,
        edition=edition,
        subscriber=person,
        email=person.email,
        address_key=person.address_key,
        values=values,
    )


def test_a_draft_is_compiled_for_a_reader_of_its_lists(bulletin):
    made = copy_for(bulletin, email="jo@EIKERVELD.example")
    assert made.recipient == "Jo@eikerveld.example"
    assert "Beste Jo," in made.text
    assert not read_leave_token(link_of(made).rpartition("/")[2]).practice


def link_of(made):
    return dict(made.headers)["List-Unsubscribe"][1:-1]


def test_before_the_start_it_is_what_was_scheduled(bulletin):
    edition = compile_edition(bulletin)
    edition.save()
    Bulletin.objects.update(
        status=Bulletin.Status.SCHEDULED, edition=edition, subject="later"
    )
    scheduled = Bulletin.objects.get()
    assert copy_for(scheduled, email="jo@eikerveld.example").subject == edition.subject


def test_after_the_start_it_is_what_was_frozen(bulletin):
    delivery = start(bulletin, first_name="Johanna", salutation="mevrouw")
    Subscription.objects.all().delete()
    bulletin.refresh_from_db()
    made = copy_for(bulletin, email="jo@eikerveld.example")
    assert "Beste mevrouw," in made.text
    assert dict(made.headers)["Message-ID"] == delivery.message_id


@pytest.mark.parametrize(
    "email",
    ["weg@eikerveld.example", "nooit@x.example", "geen adres", "jörg@x.example"],
)
def test_someone_outside_the_audience_is_refused(bulletin, email):
    with pytest.raises(NotInAudience):
        copy_for(bulletin, email=email)


def test_someone_who_came_after_the_start_is_refused(bulletin):
    start(bulletin)
    bulletin.refresh_from_db()
    make_subscriber("nieuw@x.example", lists=list(bulletin.lists.all()))
    with pytest.raises(NotInAudience):
        copy_for(bulletin, email="nieuw@x.example")


def test_a_copy_for_nobody_acts_on_nobody(bulletin):
    made = copy_for_nobody(bulletin)
    assert "Beste lezer," in made.text
    assert read_leave_token(link_of(made).rpartition("/")[2]).practice

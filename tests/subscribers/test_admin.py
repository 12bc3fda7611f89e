"""Subscribers and lists in the admin: every change goes through the verbs."""

import pytest
from django.urls import reverse

from subscribers import counting, subscribing
from subscribers.models import (
    ConsentEvent,
    MailingList,
    Subscriber,
    Subscription,
    Suppression,
)
from subscribers.suppressing import suppress
from tests.editors import make_chief, make_editor, read
from tests.make import make_list, make_subscriber

ADD = "admin:subscribers_subscriber_add"
LIST = "admin:subscribers_subscriber_changelist"
PERSON = {"email": "noor@eikerveld.example", "language": "nl", "last_name": "Wiersma"}


@pytest.fixture
def chief():
    return make_chief()


def page_of(person: Subscriber) -> str:
    return reverse("admin:subscribers_subscriber_change", args=[person.pk])


def status(person: Subscriber, mailing_list: MailingList) -> str:
    return person.subscriptions.get(mailing_list=mailing_list).status


def events() -> list[tuple[str, str]]:
    rows = ConsentEvent.objects.order_by("pk").values_list("kind", "method")
    return list(rows)


def test_an_editor_adds_somebody_with_proof_of_who_did_it(chief):
    readers = make_list()

    answer = chief.post(reverse(ADD), PERSON | {"lists": [readers.pk]})

    person = Subscriber.objects.get()
    assert answer.status_code == 302
    assert status(person, readers) == Subscription.Status.CONFIRMED
    assert person.last_name == "Wiersma"
    assert events() == [("subscribed", "admin")]
    assert ConsentEvent.objects.get().source == "chief"


def test_nobody_is_added_to_no_list(chief):
    make_list()

    page = chief.post(reverse(ADD), PERSON)

    assert "Choose at least one list." in read(page)
    assert not Subscriber.objects.exists()


def test_where_there_is_no_list_the_form_of_a_person_leads_to_one(chief):
    page = chief.get(reverse("admin:subscribers_subscriber_add")).content.decode()
    assert reverse("admin:subscribers_mailinglist_add") in page
    assert "There is no list yet." in page


def test_an_address_that_is_known_is_refused_whatever_its_case(chief):
    readers = make_list()
    make_subscriber("noor@eikerveld.example")

    page = chief.post(
        reverse(ADD),
        PERSON | {"email": "NOOR@Eikerveld.example", "lists": [readers.pk]},
    )

    assert "Another subscriber already has this e-mail address." in read(page)
    assert Subscriber.objects.count() == 1


def test_a_blocked_address_is_refused(chief):
    readers = make_list()
    suppress("noor@eikerveld.example", reason=Suppression.Reason.ASKED)

    page = chief.post(reverse(ADD), PERSON | {"lists": [readers.pk]})

    assert "This address is blocked" in read(page)
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("address", ["", "no address", "ñ@example.org", "x@y"])
def test_a_bad_address_is_refused_at_its_field(chief, address):
    readers = make_list()

    page = chief.post(reverse(ADD), PERSON | {"email": address, "lists": [readers.pk]})

    assert 'href="#id_email"' in page.content.decode()
    assert not Subscriber.objects.exists()


def test_details_are_changed_and_the_key_follows_the_address(chief):
    readers = make_list()
    person = make_subscriber(lists=[readers])
    before = person.address_key

    chief.post(page_of(person), PERSON | {"lists": [readers.pk]})

    person.refresh_from_db()
    assert person.email == "noor@eikerveld.example"
    assert person.last_name == "Wiersma"
    assert person.address_key != before
    assert events() == []


def test_taking_the_tick_away_takes_somebody_off_the_list(chief):
    readers, others = make_list(), make_list(name="Other", slug="other")
    person = make_subscriber("noor@eikerveld.example", lists=[readers, others])

    chief.post(page_of(person), PERSON | {"lists": [others.pk]})

    assert status(person, readers) == Subscription.Status.UNSUBSCRIBED
    assert status(person, others) == Subscription.Status.CONFIRMED
    assert events() == [("left", "admin")]


def test_who_left_is_put_back_only_if_they_asked(chief):
    readers = make_list()
    person = make_subscriber("noor@eikerveld.example", lists=[readers])
    subscribing.unsubscribe(person, readers)

    refused = chief.post(page_of(person), PERSON | {"lists": [readers.pk]})
    assert "This person left Nieuwsbrief" in read(refused)
    assert status(person, readers) == Subscription.Status.UNSUBSCRIBED

    asked = PERSON | {"lists": [readers.pk], "asked": "on"}
    chief.post(page_of(person), asked)
    assert status(person, readers) == Subscription.Status.CONFIRMED
    assert events()[-1] == ("came_back", "admin")


def test_a_change_that_somebody_else_made_first_is_told_and_changes_nothing(
    chief, monkeypatch
):
    readers = make_list()
    person = make_subscriber("noor@eikerveld.example", lists=[readers])

    def taken(*_args, **_kwargs):
        raise subscribing.AddressTaken

    monkeypatch.setattr(subscribing, "change_details", taken)
    page = chief.post(page_of(person), PERSON, follow=True)

    assert "Another subscriber already has this e-mail address." in read(page)
    assert status(person, readers) == Subscription.Status.CONFIRMED


def test_the_page_of_a_person_shows_lists_and_proof(chief):
    readers = make_list()
    person = make_subscriber("noor@eikerveld.example", lists=[readers])
    subscribing.unsubscribe(person, readers, source="chief")

    page = read(chief.get(page_of(person)))

    assert "Unsubscribed" in page
    assert "Nieuwsbrief: left" in page
    assert "by an editor · chief" in page


def test_the_page_of_a_blocked_person_says_so(chief):
    person = make_subscriber("noor@eikerveld.example")
    suppress(person.email, reason=Suppression.Reason.COMPLAINED)

    page = read(chief.get(page_of(person)))

    assert "Nothing is sent to this address since" in page
    assert "reported a mail as spam" in page


def test_who_left_cannot_be_deleted_since_an_import_would_bring_them_back(chief):
    readers = make_list()
    person = make_subscriber("noor@eikerveld.example", lists=[readers])
    url = reverse("admin:subscribers_subscriber_delete", args=[person.pk])
    subscribing.unsubscribe(person, readers)
    assert chief.post(url, {"post": "yes"}).status_code == 403

    typo = make_subscriber("nor@eikerveld.example", lists=[readers])
    url = reverse("admin:subscribers_subscriber_delete", args=[typo.pk])
    chief.post(url, {"post": "yes"})

    assert list(Subscriber.objects.all()) == [person]


def test_who_may_only_look_changes_nothing():
    readers = make_list()
    person = make_subscriber("noor@eikerveld.example", lists=[readers])
    editor = make_editor("view_subscriber")

    assert editor.get(page_of(person)).status_code == 200
    assert editor.post(page_of(person), PERSON).status_code == 403
    assert status(person, readers) == Subscription.Status.CONFIRMED


def test_somebody_is_found_by_name_or_address(chief):
    make_subscriber("noor@eikerveld.example", first_name="Noor", last_name="Wiersma")
    make_subscriber("joris@example.org", first_name="Joris")

    for query in ("wiersma", "eikerveld"):
        page = read(chief.get(reverse(LIST), {"q": query}))
        assert "noor@eikerveld.example" in page
        assert "joris@example.org" not in page
    assert "Nothing found" in read(chief.get(reverse(LIST), {"q": "nobody"}))


def test_the_filters_for_list_and_status_ask_for_both_at_once(chief):
    readers, others = make_list(), make_list(name="Other", slug="other")
    left = make_subscriber("left@example.org", lists=[readers, others])
    subscribing.unsubscribe(left, readers)
    make_subscriber("stays@example.org", lists=[readers])

    asked = {"list": readers.pk, "status": "confirmed"}
    page = read(chief.get(reverse(LIST), asked))

    assert "stays@example.org" in page
    assert "left@example.org" not in page
    page = read(chief.get(reverse(LIST), {"list": readers.pk}))
    assert "left@example.org" in page


@pytest.mark.parametrize("value", ["x", "9" * 40, "-1", "1 OR 1"])
def test_a_filter_that_makes_no_sense_breaks_nothing(chief, value):
    make_subscriber()

    assert chief.get(reverse(LIST), {"list": value}).status_code == 200


def test_a_list_keeps_its_short_name(chief):
    readers = make_list()
    url = reverse("admin:subscribers_mailinglist_change", args=[readers.pk])
    asked = {"name": "Renamed", "slug": "renamed", "legal_basis": "consent"}

    chief.post(url, asked)

    readers.refresh_from_db()
    assert (readers.name, readers.slug) == ("Renamed", "nieuwsbrief")


def test_a_short_name_that_no_header_can_carry_is_refused(chief):
    url = reverse("admin:subscribers_mailinglist_add")
    asked = {"name": "News", "legal_basis": "consent"}

    page = chief.post(url, asked | {"slug": "News List"})
    assert 'href="#id_slug"' in page.content.decode()
    assert not MailingList.objects.exists()

    chief.post(url, asked | {"slug": "news-list"})
    assert MailingList.objects.get().slug == "news-list"


def test_a_list_with_subscribers_is_proof_and_stays(chief):
    readers = make_list()
    make_subscriber(lists=[readers])
    url = reverse("admin:subscribers_mailinglist_delete", args=[readers.pk])

    assert chief.post(url, {"post": "yes"}).status_code == 403

    Subscription.objects.all().delete()
    chief.post(url, {"post": "yes"})
    assert not MailingList.objects.exists()


def test_a_list_shows_how_many_are_confirmed(chief, monkeypatch):
    readers = make_list()
    for number in range(3):
        make_subscriber(f"r{number}@example.org", lists=[readers])
    url = reverse("admin:subscribers_mailinglist_changelist")
    assert 'class="field-people">3<' in chief.get(url).content.decode()

    monkeypatch.setattr(counting, "MOST", 2)

    assert "more than 2" in read(chief.get(url))

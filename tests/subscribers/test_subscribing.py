import pytest
from django.core.exceptions import ValidationError

from senders.addresses import BadAddress
from subscribers import subscribing
from subscribers.errors import HasLeft, IsSuppressed
from subscribers.keys import address_key
from subscribers.models import ConsentEvent, Subscriber, Subscription, Suppression
from subscribers.suppressing import suppress
from subscribers.tokens import Leave
from tests.make import make_list, make_subscriber

ADMIN = ConsentEvent.Method.ADMIN
ONE_CLICK = ConsentEvent.Method.ONE_CLICK
PAGE = ConsentEvent.Method.PAGE
EMAIL = "n.wiersma@eikerveld.example"


def leave_of(subscriber, *lists):
    return Leave(
        subscriber.pk, subscriber.address_key, 1, tuple(one.pk for one in lists)
    )


def status(subscriber, mailing_list):
    return Subscription.objects.get(
        subscriber=subscriber, mailing_list=mailing_list
    ).status


def events():
    return list(ConsentEvent.objects.order_by("pk").values_list("kind", "method"))


# --- Joining ------------------------------------------------------------------------
def test_who_subscribes_is_confirmed_and_the_proof_says_why():
    mailing_list = make_list(legal_basis="public_task")
    subscription = subscribing.subscribe(
        EMAIL,
        mailing_list,
        method=ADMIN,
        source="by phone",
        wording="Yes, send me the newsletter.",
        fields={"first_name": "Nynke", "language": "en"},
    )

    assert subscription.status == "confirmed"
    assert subscription.subscriber.first_name == "Nynke"
    assert subscription.subscriber.language == "en"
    event = ConsentEvent.objects.get()
    assert (event.kind, event.method) == ("subscribed", "admin")
    assert event.address_key == address_key(EMAIL)
    assert event.subscriber_id == subscription.subscriber_id
    assert (event.mailing_list_id, event.list_name) == (mailing_list.pk, "Nieuwsbrief")
    assert event.legal_basis == "public_task"
    assert event.wording == "Yes, send me the newsletter."
    assert event.source == "by phone"


def test_subscribing_twice_is_once():
    mailing_list = make_list()
    for email in (EMAIL, EMAIL.upper(), f"  {EMAIL} "):
        subscribing.subscribe(email, mailing_list, method=ADMIN)
    assert Subscriber.objects.get().email == EMAIL
    assert events() == [("subscribed", "admin")]


def test_the_two_spellings_of_an_international_domain_are_one_person():
    mailing_list = make_list()
    for email in ("info@Büro.example", "INFO@xn--bro-hoa.example"):
        subscribing.subscribe(email, mailing_list, method=ADMIN)
    assert Subscriber.objects.get().email == "info@Büro.example"


def test_empty_values_change_nothing_about_somebody_known():
    make_subscriber(EMAIL, first_name="Nynke", last_name="Wiersma")
    subscribing.subscribe(
        EMAIL, make_list(), method=ADMIN, fields={"first_name": "", "last_name": "W."}
    )
    known = Subscriber.objects.get()
    assert (known.first_name, known.last_name) == ("Nynke", "W.")


def test_who_was_pending_is_confirmed():
    mailing_list, subscriber = make_list(), make_subscriber(EMAIL)
    Subscription.objects.create(subscriber=subscriber, mailing_list=mailing_list)
    subscribing.subscribe(EMAIL, mailing_list, method=ADMIN)
    assert status(subscriber, mailing_list) == "confirmed"


@pytest.mark.parametrize(
    "email", ["", "nobody", "jörg@example.org", "a@b.example,c@d.example", "a@b"]
)
def test_a_bad_address_does_not_subscribe(email):
    with pytest.raises(BadAddress):
        subscribing.subscribe(email, make_list(), method=ADMIN)
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"first_name": "Nynke\r\nBcc: x@example.org"},
        {"name": "\x1b[31m"},
        {"infix": "x" * 41},
        {"language": "xx"},
    ],
)
def test_a_bad_value_does_not_subscribe(fields):
    with pytest.raises(ValidationError):
        subscribing.subscribe(EMAIL, make_list(), method=ADMIN, fields=fields)
    assert not Subscriber.objects.exists()


def test_a_suppressed_address_does_not_subscribe():
    suppress(EMAIL.upper(), reason=Suppression.Reason.BOUNCED)
    with pytest.raises(IsSuppressed):
        subscribing.subscribe(EMAIL, make_list(), method=ADMIN)
    assert not Subscriber.objects.exists()


def test_who_left_is_not_put_back_by_somebody_else():
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    subscribing.leave(leave_of(subscriber, mailing_list), method=PAGE)
    with pytest.raises(HasLeft):
        subscribing.subscribe(
            EMAIL, mailing_list, method=ADMIN, fields={"first_name": "Nynke"}
        )
    assert status(subscriber, mailing_list) == "unsubscribed"
    assert Subscriber.objects.get().first_name == ""


def test_who_left_and_asks_to_come_back_is_back():
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    subscribing.unsubscribe(subscriber, mailing_list)
    subscribing.subscribe(EMAIL, mailing_list, method=ADMIN, asked_to_come_back=True)
    assert status(subscriber, mailing_list) == "confirmed"
    assert events() == [("left", "admin"), ("came_back", "admin")]


# --- Leaving ------------------------------------------------------------------------
def test_leaving_leaves_the_lists_of_the_bulletin_and_no_other():
    lists = [make_list(slug=slug) for slug in ("a", "b", "c")]
    subscriber = make_subscriber(EMAIL, lists=lists)
    other = make_subscriber("else@example.org", lists=lists)

    left = subscribing.leave(
        leave_of(subscriber, lists[0], lists[1]), method=ONE_CLICK, source="bulletin 1"
    )

    assert left == leave_of(subscriber, lists[0], lists[1])
    assert [status(subscriber, one) for one in lists] == [
        "unsubscribed",
        "unsubscribed",
        "confirmed",
    ]
    assert [status(other, one) for one in lists] == ["confirmed"] * 3
    assert events() == [("left", "one_click")] * 2
    assert ConsentEvent.objects.first().source == "bulletin 1"


def test_leaving_twice_is_once():
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    subscribing.leave(leave_of(subscriber, mailing_list), method=ONE_CLICK)
    again = subscribing.leave(leave_of(subscriber, mailing_list), method=PAGE)
    assert again.list_ids == ()
    assert events() == [("left", "one_click")]


def test_who_leaves_is_not_mailable_any_more():
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    assert Subscriber.objects.mailable([mailing_list.pk]).exists()
    subscribing.leave(leave_of(subscriber, mailing_list), method=ONE_CLICK)
    assert not Subscriber.objects.mailable([mailing_list.pk]).exists()


def test_who_was_made_anew_is_found_by_the_address():
    mailing_list = make_list()
    old = make_subscriber(EMAIL)
    leave = leave_of(old, mailing_list)
    old.delete()
    new = make_subscriber(EMAIL, lists=[mailing_list])
    subscribing.leave(leave, method=ONE_CLICK)
    assert status(new, mailing_list) == "unsubscribed"


def test_who_has_a_new_address_is_found_by_id():
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    leave = leave_of(subscriber, mailing_list)
    subscribing.change_details(subscriber, email="new@example.org")
    subscribing.leave(leave, method=ONE_CLICK)
    assert status(subscriber, mailing_list) == "unsubscribed"
    assert ConsentEvent.objects.get().address_key == address_key("new@example.org")


def test_a_person_or_list_that_is_gone_is_no_error():
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    leave = leave_of(subscriber, mailing_list)
    mailing_list.delete()
    assert subscribing.leave(leave, method=ONE_CLICK).list_ids == ()
    subscriber.delete()
    assert subscribing.leave(leave, method=ONE_CLICK).list_ids == ()
    assert events() == []


def test_a_failing_proof_undoes_the_leaving(monkeypatch):
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    monkeypatch.setattr(subscribing.ConsentEvent.objects, "create", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        subscribing.leave(leave_of(subscriber, mailing_list), method=PAGE)
    assert status(subscriber, mailing_list) == "confirmed"


def test_an_editor_takes_somebody_off_one_list():
    kept, gone = make_list(slug="kept"), make_list(slug="gone")
    subscriber = make_subscriber(EMAIL, lists=[kept, gone])
    subscribing.unsubscribe(subscriber, gone, source="editor jan")
    subscribing.unsubscribe(subscriber, gone)
    assert status(subscriber, gone) == "unsubscribed"
    assert status(subscriber, kept) == "confirmed"
    assert events() == [("left", "admin")]


# --- Coming back --------------------------------------------------------------------
def test_an_undo_brings_back_exactly_what_this_leaving_left():
    before, now = make_list(slug="before"), make_list(slug="now")
    subscriber = make_subscriber(EMAIL, lists=[before, now])
    subscribing.unsubscribe(subscriber, before)
    left = subscribing.leave(leave_of(subscriber, before, now), method=PAGE)
    assert left.list_ids == (now.pk,)

    assert subscribing.come_back(left) is True

    assert status(subscriber, now) == "confirmed"
    assert status(subscriber, before) == "unsubscribed"
    assert events()[-1] == ("came_back", "page")


def test_an_undo_twice_is_once():
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    left = subscribing.leave(leave_of(subscriber, mailing_list), method=PAGE)
    assert [subscribing.come_back(left) for _ in range(2)] == [True, True]
    assert events() == [("left", "page"), ("came_back", "page")]


def test_an_undo_does_not_confirm_who_was_only_pending():
    mailing_list, subscriber = make_list(), make_subscriber(EMAIL)
    Subscription.objects.create(subscriber=subscriber, mailing_list=mailing_list)
    left = subscribing.leave(leave_of(subscriber, mailing_list), method=PAGE)
    assert left.list_ids == ()
    subscribing.come_back(left)
    assert status(subscriber, mailing_list) == "unsubscribed"


def test_who_became_suppressed_does_not_come_back():
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    left = subscribing.leave(leave_of(subscriber, mailing_list), method=PAGE)
    suppress(EMAIL, reason=Suppression.Reason.COMPLAINED)
    assert subscribing.come_back(left) is False
    assert status(subscriber, mailing_list) == "unsubscribed"


def test_nobody_comes_back_to_a_list_that_is_gone():
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    left = subscribing.leave(leave_of(subscriber, mailing_list), method=PAGE)
    mailing_list.delete()
    assert subscribing.come_back(left) is False
    subscriber.delete()
    assert subscribing.come_back(left) is False
    assert events() == [("left", "page")]

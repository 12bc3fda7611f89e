from mailings import audience
from mailings.reasons import Reason, reason_text
from subscribers.keys import address_key
from subscribers.models import Subscription, Suppression
from tests.make import make_list, make_subscriber


def leave(subscriber, *, status=Subscription.Status.UNSUBSCRIBED, lists=None):
    rows = subscriber.subscriptions.all()
    (rows.filter(mailing_list__in=lists) if lists else rows).update(status=status)


def suppress(email):
    Suppression.objects.create(address_key=address_key(email), reason="asked")


def make_two_lists():
    return make_list(name="A", slug="a"), make_list(name="B", slug="b")


def test_everyone_on_one_of_the_lists_is_a_recipient_once():
    one, other = make_two_lists()
    make_subscriber("both@lezer.example", lists=[one, other])
    make_subscriber("other@lezer.example", lists=[other])
    make_subscriber("nobody@lezer.example")
    found = audience.recipients([one.pk, other.pk])
    assert sorted(person.email for person in found) == [
        "both@lezer.example",
        "other@lezer.example",
    ]


def test_who_left_is_pending_or_suppressed_is_no_recipient():
    one = make_list()
    leave(make_subscriber("left@lezer.example", lists=[one]))
    pending = make_subscriber("pending@lezer.example", lists=[one])
    leave(pending, status=Subscription.Status.PENDING)
    make_subscriber("stop@lezer.example", lists=[one])
    suppress("STOP@Lezer.example")
    assert not audience.recipients([one.pk]).exists()


def test_who_left_one_list_is_reached_by_another():
    one, other = make_two_lists()
    leave(make_subscriber(lists=[one, other]), lists=[one])
    assert audience.recipients([one.pk, other.pk]).count() == 1


def test_a_summary_counts_people_lists_and_why_others_are_skipped():
    one, other = make_two_lists()
    make_subscriber("both@lezer.example", lists=[one, other])
    leave(make_subscriber("left@lezer.example", lists=[one]))
    make_subscriber("stop@lezer.example", lists=[one])
    suppress("stop@lezer.example")
    found = audience.summary([one, other])
    assert found.people == 1
    assert found.lists == [(one, 2), (other, 1)]
    assert found.skipped == [
        (reason_text(Reason.LEFT), 1),
        (reason_text(Reason.SUPPRESSED), 1),
    ]


def test_each_who_is_skipped_counts_under_one_reason():
    one, other = make_two_lists()
    person = make_subscriber(lists=[one, other])
    leave(person)
    leave(person, lists=[other], status=Subscription.Status.PENDING)
    suppress(person.email)
    found = audience.summary([one, other])
    assert (found.people, sum(count for _why, count in found.skipped)) == (0, 1)


def test_without_lists_there_is_nobody():
    make_subscriber(lists=[make_list()])
    assert audience.summary([]) == audience.Summary(people=0, lists=[], skipped=[])

"""A domain that says "not now" again and again rests, and slows nobody else."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F, Max, Min
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mailings import scheduling, slowing, starting
from mailings.granting import claim_slice
from mailings.models import Bulletin, Delivery, Slowdown
from mailings.reasons import Reason
from mailings.slowing import TOO_BUSY, Rests
from mailings.sweeping import sweep
from senders.transports.answers import Reply, Stage, judge
from senders.transports.base import Kind, Verdict
from tests.mailings.sending import SENT, ObedientTransport, make_worker, send
from tests.make import make_bulletin, make_list, make_subscriber

Status = Delivery.Status
BUSY = Verdict(Kind.BUSY, "450 4.2.0 greylisted", at_recipient=True)
SLOW, QUICK = "traag.example", "vlot.example"


def make_going(**people) -> Bulletin:
    """A bulletin that goes out to so many people at each domain, one after the other:
    `slow=30, quick=5`."""
    mailing_list = make_list()
    for name, count in people.items():
        domain = {"slow": SLOW, "quick": QUICK}[name]
        for number in range(count):
            make_subscriber(f"p{number}@{domain}", lists=[mailing_list])
    bulletin = make_bulletin(lists=[mailing_list])
    scheduling.schedule(bulletin, send_at=None, accept_warnings=True)
    assert starting.start(bulletin)
    return bulletin


def busy_at(*domains, most=1):
    return ObedientTransport(
        most=most, answer=lambda mail: BUSY if ends(mail, domains) else SENT
    )


def ends(mail, domains) -> bool:
    return mail.recipient.partition("@")[2] in domains


def at(bulletin, domain):
    return bulletin.deliveries.filter(domain=domain)


def pass_time(bulletin) -> float:
    """Let the next one be due, and who comes soon after it; how many seconds passed."""
    waiting = bulletin.deliveries.filter(status__in=Delivery.WAITING)
    next_due = waiting.aggregate(next=Min("due_at"))["next"]
    wait = max(next_due - timezone.now(), timedelta(0)) + timedelta(seconds=5)
    waiting.update(due_at=F("due_at") - wait, deferred_since=Now())
    Slowdown.objects.update(until=F("until") - wait)
    return wait.total_seconds()


def test_a_domain_that_is_busy_ten_times_in_a_row_rests_and_the_others_go_on():
    bulletin = make_going(slow=30, quick=5)
    transport = busy_at(SLOW)
    send(bulletin, transport)
    assert Counter(mail.partition("@")[2] for mail in transport.handed) == {
        SLOW: TOO_BUSY,
        QUICK: 5,
    }
    assert set(at(bulletin, QUICK).values_list("status", flat=True)) == {Status.SENT}
    assert set(at(bulletin, SLOW).values_list("status", flat=True)) == {Status.DEFERRED}
    rest = Slowdown.objects.active().get()
    assert (rest.domain, rest.times, rest.reason) == (SLOW, 1, BUSY.reason)
    assert bulletin.status == Bulletin.Status.SENDING


def test_who_is_put_off_was_not_tried_and_its_row_says_why_and_until_when():
    bulletin = make_going(slow=12)
    send(bulletin, busy_at(SLOW))
    rest = Slowdown.objects.get()
    put_off = bulletin.deliveries.order_by("pk").last()
    assert (put_off.attempts, put_off.lease_until) == (0, None)
    assert put_off.reason == f"{Reason.RESTS}: 450 4.2.0 greylisted"
    assert rest.until <= put_off.due_at <= rest.until + timedelta(seconds=15)
    assert put_off.deferred_since
    assert put_off.changed_at


def nine_in_a_row(number: int) -> Verdict:
    return SENT if number % TOO_BUSY == TOO_BUSY - 1 else BUSY


def the_connections_own(number: int) -> Verdict:
    return Verdict(Kind.BUSY, "421 4.3.2 later")


def refused(number: int) -> Verdict:
    return Verdict(Kind.REFUSED, "550 5.1.1 no such user")


@pytest.mark.parametrize("answer", [nine_in_a_row, the_connections_own, refused])
def test_a_domain_does_not_rest_for(answer):
    bulletin = make_going(slow=25)
    place = iter(range(100))
    transport = ObedientTransport(most=1, answer=lambda _: answer(next(place)))
    send(bulletin, transport)
    assert len(transport.handed) == 25
    assert not Slowdown.objects.exists()


@pytest.mark.parametrize(
    ("stage", "reply", "counts"),
    [
        (Stage.RCPT, Reply(450, "4.2.0 greylisted"), True),
        (Stage.BODY, Reply(451, "4.7.1 try again"), True),
        (Stage.MAIL, Reply(450, "4.7.1 slow down"), False),
        (Stage.DATA, Reply(451, "4.3.0 trouble"), False),
        (Stage.RCPT, Reply(452, "4.3.1 insufficient storage"), False),
        (Stage.RCPT, Reply(421, "4.7.0 too many connections"), False),
        (Stage.RCPT, Reply(550, "5.1.1 no such user"), False),
    ],
)
def test_an_answer_about_a_recipient_is_told_from_one_about_the_server(
    stage, reply, counts
):
    assert judge(stage, reply).at_recipient is counts


def test_a_domain_that_is_still_busy_rests_twice_as_long():
    bulletin = make_going(slow=15)
    transport = busy_at(SLOW)
    waits = []
    for _ in range(3):
        send(bulletin, transport)
        waits.append((Slowdown.objects.get().until - timezone.now()).total_seconds())
        Slowdown.objects.update(until=Now() - timedelta(seconds=1))
        bulletin.deliveries.update(due_at=Now())
    assert Slowdown.objects.get().times == 3
    assert [60 - 5 < waits[0] <= 75, 120 - 5 < waits[1] <= 150] == [True, True]
    assert 240 - 5 < waits[2] <= 300
    # No more than ten are tried before each rest.
    assert len(transport.handed) == 3 * TOO_BUSY


def test_a_mail_that_is_taken_ends_the_rest():
    bulletin = make_going(slow=15)
    send(bulletin, busy_at(SLOW))
    Slowdown.objects.update(until=Now() - timedelta(seconds=1))
    bulletin.deliveries.update(due_at=Now())
    send(bulletin, ObedientTransport())
    assert bulletin.status == Bulletin.Status.SENT
    assert not Slowdown.objects.exists()


def test_what_is_put_off_for_too_long_fails_with_the_servers_last_answer(settings):
    settings.RETRY_LIMIT = 3600
    bulletin = make_going(slow=12)
    old = Now() - timedelta(seconds=3601)
    last = bulletin.deliveries.order_by("pk").last()
    bulletin.deliveries.filter(pk=last.pk).update(
        status=Status.DEFERRED, deferred_since=old
    )
    send(bulletin, busy_at(SLOW))
    last.refresh_from_db()
    assert (last.status, last.attempts) == (Status.FAILED, 0)
    assert last.reason == f"{Reason.RESTS}: 450 4.2.0 greylisted"
    assert at(bulletin, SLOW).filter(status=Status.DEFERRED).count() == 11


def test_the_other_workers_see_it_at_their_next_slice():
    bulletin = make_going(slow=12)
    send(bulletin, busy_at(SLOW))
    bulletin.deliveries.update(due_at=Now())
    other = ObedientTransport()
    worker = make_worker(other)
    assert worker.send_slice(bulletin)
    assert other.handed == []
    assert set(bulletin.deliveries.values_list("status", flat=True)) == {
        Status.DEFERRED
    }


def test_two_workers_at_once_let_it_rest_once():
    bulletin = make_going(slow=1)
    one, other = Rests(), Rests()
    for rests in (one, other):
        rests.look()
        rests.begun = {SLOW: "450 later"}
        rests.write()
    assert Slowdown.objects.get().times == 1
    assert other.split(list(bulletin.deliveries.all()))[1] == []


def test_putting_off_takes_nothing_that_is_another_workers_by_now():
    bulletin = make_going(slow=2)
    late = claim_slice(bulletin, size=2)
    bulletin.deliveries.update(lease_until=Now() - timedelta(seconds=1))
    sweep()
    assert claim_slice(bulletin, size=1)
    rests = Rests()
    rests.begun = {SLOW: "450 later"}
    rests.write()
    rests.put_off(late.id, late.rows)
    assert sorted(bulletin.deliveries.values_list("status", flat=True)) == [
        "claimed",
        "queued",
    ]


def test_a_cancel_comes_before_what_is_put_off():
    bulletin = make_going(slow=15)
    transport = busy_at(SLOW)
    transport.during = lambda: (
        len(transport.handed) == TOO_BUSY
        and scheduling.cancel(Bulletin.objects.get(pk=bulletin.pk))
    )
    make_worker(transport).send_slice(bulletin)
    assert Counter(bulletin.deliveries.values_list("reason", flat=True)) == {
        BUSY.reason: 1,
        Reason.CANCELLED: 14,
    }
    sweep()
    assert set(bulletin.deliveries.values_list("status", flat=True)) == {"skipped"}


def test_the_answer_to_one_is_told_to_others_without_the_address():
    bulletin = make_going(slow=12)
    said = Verdict(Kind.BUSY, f"450 <p9@{SLOW}>: wait, P9", at_recipient=True)
    send(bulletin, ObedientTransport(most=1, answer=lambda _: said))
    assert Slowdown.objects.get().reason == "450 <…>: wait, …"
    last = bulletin.deliveries.order_by("pk").last()
    assert last.reason == f"{Reason.RESTS}: 450 <…>: wait, …"


def greylisting(*, most):
    """Says "not now" to the first try of each address, and takes the second."""
    seen = set()

    def answer(mail):
        known = mail.recipient in seen
        seen.add(mail.recipient)
        return SENT if known else BUSY

    return ObedientTransport(most=most, answer=answer)


def test_a_server_that_greylists_takes_five_hundred_mails_within_minutes():
    bulletin = make_going(slow=500)
    worker = make_worker(greylisting(most=8))
    waited = 0
    while bulletin.deliveries.any_open():
        while worker.send_slice(bulletin):
            pass
        if bulletin.deliveries.any_open():
            waited += pass_time(bulletin)
        assert waited < 10 * 60
    tries = bulletin.deliveries.aggregate(most=Max("attempts"))["most"]
    assert set(bulletin.deliveries.values_list("status", flat=True)) == {Status.SENT}
    assert tries == 2


def test_it_takes_them_soon_where_each_look_is_a_new_senders():
    bulletin, transport = make_going(slow=250), greylisting(most=8)
    for _look in range(5):
        send(bulletin, transport)
        bulletin.deliveries.update(due_at=Now())
        Slowdown.objects.update(until=Now())
    assert bulletin.status == Bulletin.Status.SENT


def test_where_nobody_is_busy_it_costs_one_question_a_slice():
    bulletin = make_going(quick=6)
    with CaptureQueriesContext(connection) as asked:
        make_worker(ObedientTransport(most=1)).send_slice(bulletin)
    about = [one for one in asked if Slowdown._meta.db_table in one["sql"]]
    assert len(about) == 1


def test_a_rest_is_written_down_once(monkeypatch):
    begun = []
    begin = slowing._begin
    monkeypatch.setattr(
        slowing, "_begin", lambda *a, **b: begun.append(a) or begin(*a, **b)
    )
    send(make_going(slow=12, quick=5), busy_at(SLOW))
    assert begun == [(SLOW,)]


def test_a_rest_that_no_mail_ended_is_forgotten_after_a_day():
    Slowdown.objects.create(
        domain="oud.example", until=Now() - slowing.KEPT * 2, reason="450 x"
    )
    bulletin = make_going(slow=10)
    send(bulletin, busy_at(SLOW))
    assert Slowdown.objects.get().domain == SLOW

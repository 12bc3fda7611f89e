"""Editors, workers and readers act in any order: no move is illegal, every sum holds.

Every change of a status is noted by a trigger of the test's own, and held against
MOVES, the one table of the legal ones.
"""

import contextlib
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Now
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mailings import granting, holding, scheduling, settling, starting
from mailings.delivering import finish
from mailings.errors import MailingError
from mailings.models import Bulletin, Delivery, Slowdown
from mailings.recording import Answer, record
from mailings.slowing import Rests
from mailings.sweeping import sweep
from senders.transports.base import Kind, Verdict
from subscribers import suppressing
from subscribers.erasing import erase
from subscribers.models import Subscriber, Subscription
from tests.mailings.test_triggers import counted, told
from tests.make import make_bulletin, make_list, make_subscriber

Status = Delivery.Status
DOMAINS = ("een.example", "twee.example")
PEOPLE = 6
NOT_TAKEN = {Kind.REFUSED, Kind.BUSY, Kind.BROKEN}
PAST = timedelta(hours=6)
TABLES = {"mailings_delivery": Delivery, "mailings_bulletin": Bulletin}
number = some.integers(0, 20)
# The more often one stands here, the more often it happens.
CHANGES = ["join", "join", "join", "leave", "leave", "suppress", "erase"]
PRESSED = [*[scheduling.resume] * 3, scheduling.pause, scheduling.cancel]
PRESSED += [scheduling.take_back, scheduling.release_now, settling.leave_all]
verdicts = some.lists(some.sampled_from(Kind), min_size=PEOPLE, max_size=PEOPLE)


def note_every_move() -> None:
    """Until the test's transaction ends, which takes all of it away."""
    statements = ["CREATE TABLE moves (model text, was text, became text)"]
    for table in TABLES:
        note = f"INSERT INTO moves VALUES ('{table}', OLD.status, NEW.status);"
        head = f"CREATE TRIGGER noted_{table} AFTER UPDATE ON {table} FOR EACH ROW"
        if connection.vendor == "sqlite":
            statements.append(f"{head} WHEN OLD.status <> NEW.status BEGIN {note} END")
            continue
        statements += [
            f"CREATE FUNCTION note_{table}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {note} RETURN NULL; END $$",
            f"{head} WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION note_{table}()",
        ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def pick(some_of: list, which: int):
    return some_of[which % len(some_of)]


class Worker:
    """A claim on its way; it may die, be late, or be told the same thing twice."""

    def __init__(self, claim: granting.Claim) -> None:
        self.claim = claim
        self.left = list(claim.rows)
        self.in_hand: list[Delivery] = []


class Ledger(RuleBasedStateMachine):
    """One bulletin to six people at two domains, and whoever has to do with it."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        news = make_list()
        for place in range(PEOPLE):
            address = f"p{place}@{DOMAINS[place % 2]}"
            make_subscriber(address, lists=[news])
        self.pk = make_bulletin(lists=[news]).pk
        self.audience: int | None = None
        self.workers: list[Worker] = []
        # Delivery -> the claim that may have brought a copy to the server.
        self.out: dict[int, object] = {}
        self.again: set[int] = set()  # that an editor sent again, in this step

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)

    @property
    def bulletin(self) -> Bulletin:
        return Bulletin.objects.get(pk=self.pk)

    @property
    def rows(self):
        return Delivery.objects.filter(bulletin=self.pk)

    @property
    def ready(self) -> list[Worker]:
        return [one for one in self.workers if one.left and not one.in_hand]

    @property
    def busy(self) -> list[Worker]:
        return [one for one in self.workers if one.in_hand]

    @invariant()
    def every_move_was_legal(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT model, was, became FROM moves")
            moves = cursor.fetchall()
            cursor.execute("DELETE FROM moves")
        for table, was, became in moves:
            legal = TABLES[table].MOVES
            assert was in legal.get(became, set()), f"{table}: {was} to {became}"
            if table == "mailings_delivery" and was in settling.UNREACHED:
                assert became == Status.SENT or self.again, "sent again by itself"
        self.again = set()

    @invariant()
    def the_sums_hold(self) -> None:
        bulletin = self.bulletin
        assert +told(bulletin) == counted(bulletin)
        assert self.rows.count() == (self.audience or 0)
        if bulletin.status == Bulletin.Status.SENT:
            assert not self.rows.open().exists()

    @initialize(goes=number)
    def begin(self, goes: int) -> None:
        self.schedule()
        if goes != 1:
            self.start()

    @precondition(lambda self: self.audience is None)
    @rule()
    def schedule(self) -> None:
        with contextlib.suppress(MailingError):
            scheduling.schedule(self.bulletin, send_at=None, accept_warnings=True)

    @rule(act=some.sampled_from(PRESSED))
    def decide(self, act) -> None:
        with contextlib.suppress(MailingError):
            act(self.bulletin)

    @precondition(lambda self: self.audience is None)
    @rule()
    def miss_its_time(self) -> None:
        late = Bulletin.objects.filter(status=Bulletin.Status.SCHEDULED)
        late.update(send_at=Now() - PAST)
        holding.hold_back()

    @precondition(lambda self: self.audience)
    @rule(which=number)
    def send_one_again(self, which: int) -> None:
        open_to_it = self.rows.filter(status__in=settling.UNREACHED)
        one = pick(list(open_to_it or self.rows), which)
        with contextlib.suppress(MailingError):
            settling.send_again(one)
            self.out.pop(one.pk, None)
            self.again = {one.pk}

    @precondition(lambda self: self.audience)
    @rule(kinds=some.sets(some.sampled_from(settling.UNREACHED)))
    def send_all_again(self, kinds) -> None:
        chosen = set(settling.unreached(self.bulletin, kinds).values_list("pk"))
        with contextlib.suppress(MailingError):
            settling.send_to_unreached(self.bulletin, kinds=kinds)
            self.again = {pk for (pk,) in chosen}
            self.out = {
                pk: claim for pk, claim in self.out.items() if pk not in self.again
            }

    @precondition(lambda self: Subscriber.objects.exists())
    @rule(which=number, how=some.sampled_from(CHANGES))
    def change_a_reader(self, which: int, how: str) -> None:
        person = pick(list(Subscriber.objects.order_by("pk")), which)
        theirs = Subscription.objects.filter(subscriber=person)
        match how:
            case "leave":
                theirs.update(status=Subscription.Status.UNSUBSCRIBED)
            case "join":
                theirs.update(status=Subscription.Status.CONFIRMED)
            case "suppress":
                suppressing.suppress(person.email, reason="complained")
            case "erase":
                erase(person)

    @rule()
    def start(self) -> None:
        if starting.start(self.bulletin):
            self.audience = self.rows.count()

    @precondition(lambda self: self.audience)
    @rule(size=some.integers(2, 4))
    def claim(self, size: int) -> None:
        if found := granting.claim_slice(self.bulletin, size=size):
            self.workers.append(Worker(found))
        else:
            finish(self.bulletin)

    @precondition(lambda self: self.audience)
    @rule(which=number, size=some.integers(1, 3), kinds=verdicts, waits=some.booleans())
    def hand_over(self, which: int, size: int, kinds: list[Kind], waits: bool) -> None:
        if not self.ready:
            self.claim(size)
        if not self.ready:
            return
        worker = pick(self.ready, which)
        group, worker.left = worker.left[:size], worker.left[size:]
        worker.in_hand, _go_on = granting.grant(worker.claim, group)
        # Whether a commit held may be unknown: asked again it says the same.
        again, _go_on = granting.grant(worker.claim, group)
        assert [row.pk for row in again] == [row.pk for row in worker.in_hand]
        for row in worker.in_hand:
            assert row.pk not in self.out, "handed over twice"
            self.out[row.pk] = worker.claim.id
        if not waits:
            self.write_down(worker, kinds)

    @precondition(lambda self: self.busy)
    @rule(which=number, kinds=verdicts)
    def answer_late(self, which: int, kinds: list[Kind]) -> None:
        worker = pick(self.busy, which)
        in_hand = list(worker.in_hand)
        self.write_down(worker, kinds)
        worker.in_hand = in_hand  # a commit that was lost sight of: once more
        self.write_down(worker, kinds)

    def write_down(self, worker: Worker, kinds: list[Kind]) -> None:
        answers = [
            Answer(row, Verdict(kind, "x" if kind is not Kind.SENT else ""))
            for row, kind in zip(worker.in_hand, kinds, strict=False)
        ]
        record(worker.claim.id, answers)
        for answer in answers:
            pk, kind = answer.delivery.pk, answer.verdict.kind
            if kind in NOT_TAKEN and self.out.get(pk) == worker.claim.id:
                del self.out[pk]
        worker.in_hand = []

    @precondition(lambda self: self.ready)
    @rule(which=number, domain=some.sampled_from(DOMAINS))
    def let_a_domain_rest(self, which: int, domain: str) -> None:
        worker, rests = pick(self.ready, which), Rests()
        rests.look()
        rests.begun = {domain: "450 later"}
        rests.write()
        put_off, worker.left = rests.split(worker.left)
        rests.put_off(worker.claim.id, put_off)

    @precondition(lambda self: self.workers)
    @rule(which=number, politely=some.booleans())
    def end(self, which: int, politely: bool) -> None:
        """What it had in hand may have been taken; nobody will ever say."""
        worker = pick(self.workers, which)
        self.workers.remove(worker)
        if politely:
            granting.release(worker.claim)

    @rule(hours=some.integers(0, 30))
    def pass_time(self, hours: int) -> None:
        """Leases end, and what was put off is due: after a day, to be given up."""
        since = Now() - timedelta(hours=hours)
        self.rows.filter(status=Status.DEFERRED).update(
            due_at=Now(), deferred_since=since
        )
        self.rows.filter(status__in=Delivery.LEASED).update(lease_until=Now() - PAST)
        Slowdown.objects.update(until=Now() - PAST)

    @rule()
    def repair(self) -> None:
        sweep()


def test_whatever_happens_every_move_is_legal_and_every_sum_holds():
    note_every_move()
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=15,
            stateful_step_count=60,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )

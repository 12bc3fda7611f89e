"""What the tests of the engine share: a due bulletin, a transport that obeys."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db.models.functions import Now

from mailings import holding, scheduling, starting
from mailings.delivering import Worker, finish
from mailings.models import Bulletin
from senders.transports.base import Kind, Message, Verdict
from tests.make import make_bulletin, make_list, make_subscriber

SENT = Verdict(Kind.SENT, "250 2.0.0 ok")


class ObedientTransport:
    """Takes `most` at once, keeps them, and answers as `answer` says."""

    name = "obedient"

    def __init__(
        self, *, most: int = 3, answer: Callable[[Message], Verdict] = lambda _: SENT
    ) -> None:
        self.most = most
        self.answer = answer
        self.handed: list[str] = []
        self.groups: list[int] = []
        self.before_connect: Callable[[], None] = lambda: None
        self.during: Callable[[], None] = lambda: None  # while a group is handed over

    def connect(self, wanted: int) -> int:
        self.before_connect()
        return min(wanted, self.most)

    def hand_over(self, messages: Sequence[Message]) -> list[Verdict]:
        self.groups.append(len(messages))
        self.handed += [message.recipient for message in messages]
        self.during()
        return [self.answer(message) for message in messages]

    def close(self) -> None:
        pass


def make_due_bulletin(*, people: int = 5, **changes) -> Bulletin:
    """A scheduled bulletin whose time has come, to p0@…, p1@… and so on."""
    mailing_list = make_list()
    for number in range(people):
        make_subscriber(
            f"p{number}@lezer.example", lists=[mailing_list], first_name=f"P{number}"
        )
    bulletin = make_bulletin(lists=[mailing_list], **changes)
    scheduling.schedule(bulletin, send_at=None, accept_warnings=True)
    return bulletin


def make_late_bulletin(*, by: timedelta = timedelta(hours=6), **changes) -> Bulletin:
    """Scheduled, and nothing was sending at its time."""
    bulletin = make_due_bulletin(**changes)
    Bulletin.objects.filter(pk=bulletin.pk).update(send_at=Now() - by)
    bulletin.refresh_from_db()
    return bulletin


def make_held_bulletin(**changes) -> Bulletin:
    bulletin = make_late_bulletin(**changes)
    assert holding.hold_back()
    bulletin.refresh_from_db()
    return bulletin


def make_sending_bulletin(*, people: int = 5, **changes) -> Bulletin:
    bulletin = make_due_bulletin(people=people, **changes)
    assert starting.start(bulletin)
    return bulletin


def make_worker(transport: ObedientTransport, *, reports=None) -> Worker:
    kept = [] if reports is None else reports
    return Worker(transport, stop=threading.Event(), report=kept.append)


def send(bulletin: Bulletin, transport: ObedientTransport, *, reports=None) -> Worker:
    """Hand over whatever is due, and finish the bulletin if that was all."""
    worker = make_worker(transport, reports=reports)
    while worker.send_slice(bulletin):
        pass
    finish(bulletin)
    bulletin.refresh_from_db()
    return worker


def statuses(bulletin: Bulletin) -> list[str]:
    return list(bulletin.deliveries.order_by("pk").values_list("status", flat=True))


def reasons(bulletin: Bulletin) -> list[str]:
    return list(bulletin.deliveries.order_by("pk").values_list("reason", flat=True))


def people(*numbers: int) -> list[str]:
    return [f"p{number}@lezer.example" for number in numbers]


def answering(**verdicts: Verdict) -> ObedientTransport:
    """A transport that answers as named for p0, p1 …, and takes all others."""
    return ObedientTransport(
        answer=lambda message: verdicts.get(message.recipient.split("@")[0], SENT)
    )

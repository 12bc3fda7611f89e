"""Single mails of ours: posted with what asks for them, delivered by any sender.

The row is the queue: what a lost broker or a dead worker forgets is found here. A
letter may come twice, where its sender died between handing over and writing down;
that harms nobody, and a letter that never comes does.
"""

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from bode.waking import wake
from senders.models import Letter
from senders.text import one_line
from senders.transports.base import Kind, Verdict
from senders.transports.single import send_letter

TASK = "senders.tasks.deliver_letters"
HANDFUL = 5  # letters between two looks at the bulletins
LEASE = timedelta(minutes=5)  # outlasts what a server may take for one mail
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_DOUBT = timedelta(days=1)  # it may be there, and each try is one copy more
KEPT = timedelta(days=30)  # who got what when, for somebody who asks
TOO_LATE = "it could not be delivered in time"

Status = Letter.Status
logger = logging.getLogger(__name__)


def post(
    *, kind: str, recipient: str, subject: str, text: str, lifetime: timedelta
) -> Letter:
    """Write a letter down in the caller's transaction; it leaves after the commit.

    After its lifetime it is of no use to its reader, and is given up.
    """
    letter = _write(kind, recipient, subject, text, lifetime)
    letter.refresh_from_db()
    wake(TASK)
    return letter


def pretend(
    *, kind: str, recipient: str, subject: str, text: str, lifetime: timedelta
) -> None:
    """Do all that `post` does, and leave nothing behind.

    For a letter to an address that nobody has: how long an answer takes must not tell
    which addresses are known.
    """
    with transaction.atomic():
        _write(kind, recipient, subject, text, lifetime).delete()
    wake(TASK)


def _write(
    kind: str, recipient: str, subject: str, text: str, lifetime: timedelta
) -> Letter:
    return Letter.objects.create(
        kind=kind,
        recipient=recipient,
        subject=one_line(subject)[:200],
        text=text,
        expires_at=Now() + lifetime,
    )


def count_lately(*, kind: str, recipient: str, within: timedelta) -> int:
    """How many letters of this kind were posted to somebody, delivered or not."""
    here = Letter.objects.filter(kind=kind, recipient=recipient)
    return here.filter(created_at__gt=Now() - within).count()


def deliver_due(*, stop: threading.Event | None = None) -> bool:
    """Deliver a handful of the letters that are due; False where none was.

    Several senders may do so at once. Where one finds the way closed the rest waits
    for the next round, so that a server that is away does not hold up bulletins.
    """
    if not Letter.objects.due().exists():
        return False
    _give_up_what_is_late()
    for _turn in range(HANDFUL):
        letter = None if stop and stop.is_set() else _claim()
        if letter is None or not _deliver(letter):
            break
    _forget_what_is_old()
    return True


def _claim() -> Letter | None:
    """Take one that is due under a lease; its count of attempts fences late senders."""
    with transaction.atomic():
        due = Letter.objects.due()
        free = due.select_for_update(skip_locked=True).order_by("due_at", "pk")
        letter = free.first()
        if letter is None or not due.filter(pk=letter.pk).update(
            status=Status.SENDING,
            attempts=F("attempts") + 1,
            lease_until=Now() + LEASE,
        ):
            return None
        letter.refresh_from_db()
        return letter


def _deliver(letter: Letter) -> bool:
    """Hand over, and write down what came of it; False where the way is closed."""
    verdict = send_letter(letter)
    mine = Letter.objects.filter(
        pk=letter.pk, status=Status.SENDING, attempts=letter.attempts
    )
    if verdict.kind is Kind.SENT:
        mine.update(
            status=Status.SENT, sent_at=Now(), text="", reason="", lease_until=None
        )
    elif verdict.kind is Kind.REFUSED:
        _give_up(mine, reason=verdict.reason)
    else:
        mine.update(
            status=Status.WAITING,
            due_at=Now() + _wait(letter, verdict),
            reason=verdict.reason,
            lease_until=None,
        )
    return verdict.kind in (Kind.SENT, Kind.REFUSED)


def _wait(letter: Letter, verdict: Verdict) -> timedelta:
    """Doubling, and as long as the server asks for where that is longer."""
    longest = LONGEST_DOUBT if verdict.kind is Kind.IN_DOUBT else LONGEST_WAIT
    backoff = settings.RETRY_SECONDS * 2 ** min(letter.attempts - 1, 20)
    return timedelta(
        seconds=max(min(backoff, longest.total_seconds()), verdict.retry_after or 0)
    )


def _give_up_what_is_late() -> None:
    late = Letter.objects.due().filter(expires_at__lte=Now())
    for letter in late:
        reason = f"{TOO_LATE}: {letter.reason}" if letter.reason else TOO_LATE
        _give_up(late.filter(pk=letter.pk), reason=reason)


def _give_up(letter: QuerySet[Letter], *, reason: str) -> None:
    """For good. The log names neither address nor text."""
    pk = letter.values_list("pk", flat=True).first()
    if letter.update(status=Status.FAILED, text="", reason=reason, lease_until=None):
        logger.warning("letter %s is given up", pk)


def _forget_what_is_old() -> None:
    done = Letter.objects.filter(status__in=(Status.SENT, Status.FAILED))
    done.filter(created_at__lt=Now() - KEPT).delete()

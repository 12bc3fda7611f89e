"""How Bode is: what /healthz answers, the banner of the admin says, and doctor reads.

Whether something is late is decided by the database's clock.
"""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Case, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Now
from django.db.models.lookups import LessThan
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from bode.readiness import missing_migrations
from mailings.models import Bulletin, Delivery, Pulse
from mailings.pulse import ALIVE
from mailings.switch import on_hold

LATE = timedelta(minutes=2)  # a bulletin's start after its time
STUCK = timedelta(minutes=5)  # mail is due, and no answer comes for any
BROKER_SECONDS = 1.0
REMEMBERED = 5  # seconds, for the pages that everybody opens
PATIENCE = 60  # seconds
CACHED, SUSPECTED = "bode-sending", "bode-sending-suspected"
_migrated: list[bool] = []  # once a database is up to date, it stays so


@dataclass(frozen=True)
class Sending:
    """Whether mail leaves, as the database knows it. Costs three small queries."""

    on_hold: bool
    sender_alive: bool
    sender_seen_at: datetime | None
    # Of the bulletins that go out: since when the first one waits that is due.
    oldest_due_at: datetime | None
    stuck: bool
    # The send time of the first bulletin that should have begun.
    late_since: datetime | None

    @property
    def is_well(self) -> bool:
        """A hold is well: somebody chose it."""
        return self.sender_alive and not self.stuck and self.late_since is None


@dataclass(frozen=True)
class Health:
    """The whole; what could not be asked is None."""

    database: bool
    migrated: bool | None = None
    broker: bool | None = None  # None also where there is none
    sending: Sending | None = None

    @property
    def can_serve(self) -> bool:
        """Whether the web process is of use; the rest is no reason to restart it."""
        return self.database and self.migrated is not False

    @property
    def is_well(self) -> bool:
        sends = self.sending is not None and self.sending.is_well
        return self.can_serve and sends and self.broker is not False


def look() -> Health:
    """Ask everything now. Takes at most some seconds, and never raises."""
    try:
        migrated = is_migrated()
        sending = look_at_sending() if migrated else None
    except (DatabaseError, InterfaceError):
        return Health(database=False, broker=broker_answers())
    return Health(True, migrated, broker_answers(), sending)


def look_at_sending() -> Sending:
    """Ask the database now. Raises what it raises."""
    pulses = _pulses().aggregate(
        seen=Max("seen_at"), alive=Max("is_alive"), busy=Max("is_busy")
    )
    late = _late().order_by("send_at").first()
    waiting = _waiting()
    return Sending(
        on_hold=on_hold(),
        sender_alive=bool(pulses["alive"]),
        sender_seen_at=pulses["seen"],
        oldest_due_at=min((since for since, _old in waiting), default=None),
        stuck=any(old for _since, old in waiting) and not pulses["busy"],
        late_since=late.send_at if late else None,
    )


def sending_lately() -> Sending:
    """As `look_at_sending`, but some seconds old: for what stands on every page.

    Who resumes after an hour is not told at once that mail waits for an hour: it is
    stuck where it was so a minute ago too.
    """
    sending: Sending | None = cache.get(CACHED)
    if sending is None:
        sending = look_at_sending()
        if not sending.stuck:
            cache.delete(SUSPECTED)
        elif not _is_suspected_for_long():
            sending = replace(sending, stuck=False)
        cache.set(CACHED, sending, REMEMBERED)
    return sending


def _is_suspected_for_long() -> bool:
    since = cache.get(SUSPECTED)
    if since is None:
        cache.set(SUSPECTED, since := time.time(), 10 * PATIENCE)
    return time.time() - since >= PATIENCE


def is_migrated() -> bool:
    """Whether the database knows every migration of this version."""
    if not _migrated:
        if missing_migrations():
            return False
        _migrated.append(True)
    connection.ensure_connection()
    return True


def broker_answers() -> bool | None:
    """Whether Redis answers in a second; None where no broker is set."""
    if not settings.REDIS_URL:
        return None
    broker = Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=BROKER_SECONDS,
        socket_timeout=BROKER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(broker.ping())
    except (RedisError, OSError):
        return False
    finally:
        broker.close()


def _pulses() -> QuerySet[Pulse]:
    alive = Q(seen_at__gte=Now() - ALIVE)
    # Who only just began is not blamed for what was late before.
    busy = Q(worked_at__gte=Now() - STUCK) | Q(started_at__gte=Now() - STUCK)
    return Pulse.objects.annotate(is_alive=_one_if(alive), is_busy=_one_if(busy))


def _late() -> QuerySet[Bulletin]:
    scheduled = Bulletin.objects.filter(status=Bulletin.Status.SCHEDULED)
    return scheduled.filter(send_at__lt=Now() - LATE)


def _waiting() -> list[tuple[datetime, bool]]:
    """Of each bulletin that goes out: since when its first due mail waits."""
    due = Delivery.objects.filter(bulletin=OuterRef("pk")).due()
    oldest = Subquery(due.order_by("due_at").values("due_at")[:1])
    found = Bulletin.objects.sending().values_list(
        oldest, _one_if(LessThan(oldest, Now() - STUCK))
    )
    return [(since, bool(old)) for since, old in found if since]


def _one_if(condition: Q | LessThan) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0))

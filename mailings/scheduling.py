"""When a bulletin leaves, and whether it goes on: what an editor decides."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from mailings.editions import compile_edition
from mailings.errors import MailingError, NotReady
from mailings.models import Bulletin, Delivery, Tally, TrailEntry
from mailings.preflight import open_problems
from mailings.preflight.problem import Severity
from mailings.reasons import Reason
from mailings.switch import refuse_on_hold
from mailings.waking import wake

Act = TrailEntry.Act
Status = Bulletin.Status
# A form that was open for a moment is not "in the past".
GRACE = timedelta(minutes=1)


def schedule(
    bulletin: Bulletin,
    *,
    send_at: datetime | None,
    accept_warnings: bool = False,
    by: str = "",
) -> None:
    """Fix what was written as an edition, to leave at `send_at` (None: at once).

    Raises WrongState where it is no draft, MailingError where the time is past, OnHold
    where it would leave at once and nothing may, and NotReady with the problems that
    preflight found; `accept_warnings` ticks the warnings among them off.
    """
    if send_at is None:
        refuse_on_hold()
    _refuse_past(bulletin, send_at)
    with transaction.atomic():
        _lock(bulletin)
        if bulletin.status != Status.DRAFT:
            raise bulletin.wrong_state(Status.SCHEDULED)
        _check(bulletin, accept_warnings=accept_warnings)
        edition = compile_edition(bulletin)
        edition.save()
        bulletin.move_to(
            Status.SCHEDULED,
            by=by,
            send_at=Now() if send_at is None else send_at,
            edition=edition,
            ticked_off=bulletin.ticked_off,
            reason="",
        )
        _wake_if_due(bulletin)


def send_now(
    bulletin: Bulletin, *, accept_warnings: bool = False, by: str = ""
) -> None:
    """Schedule it for so soon that there is just time to take it back.

    Raises what `schedule` raises, and OnHold while nothing may leave.
    """
    refuse_on_hold()
    send_at = _soon(bulletin)
    schedule(bulletin, send_at=send_at, accept_warnings=accept_warnings, by=by)


def release(bulletin: Bulletin, *, send_at: datetime | None, by: str = "") -> None:
    """Let a held bulletin go at `send_at` (None: at once), exactly as it was fixed.

    Raises WrongState where it is not held, MailingError where the time is past, and
    OnHold while nothing may leave.
    """
    refuse_on_hold()
    _refuse_past(bulletin, send_at)
    bulletin.move_to(
        Status.SCHEDULED,
        by=by,
        act=Act.RELEASED,
        leaving=Status.HELD,
        send_at=Now() if send_at is None else send_at,
        reason="",
    )
    _wake_if_due(bulletin)


def release_now(bulletin: Bulletin, *, by: str = "") -> None:
    """Release it for so soon that there is just time to take it back."""
    release(bulletin, send_at=_soon(bulletin), by=by)


def take_back(bulletin: Bulletin, *, by: str = "") -> None:
    """Make a scheduled or held bulletin a draft again, or raise WrongState."""
    bulletin.move_to(Status.DRAFT, by=by, send_at=None, edition=None, reason="")


def pause(bulletin: Bulletin, *, reason: str = "", by: str = "") -> None:
    """Hand nothing over until it is resumed, or raise WrongState."""
    bulletin.move_to(Status.PAUSED, by=by, reason=reason)


def resume(bulletin: Bulletin, *, by: str = "") -> None:
    """Let a paused bulletin go on, or raise WrongState, or OnHold.

    The pause does not count towards the time after which a delivery is given up.
    """
    refuse_on_hold()
    with transaction.atomic():
        bulletin.move_to(
            Status.SENDING,
            by=by,
            act=Act.RESUMED,
            leaving=Status.PAUSED,
            reason="",
            going_since=Now(),
            handled_before=Tally.objects.of(bulletin).handled(),
        )
        waiting = bulletin.deliveries.filter(status__in=Delivery.WAITING)
        waiting.filter(deferred_since__isnull=False).update(deferred_since=None)
        wake()


def cancel(bulletin: Bulletin, *, by: str = "") -> None:
    """Skip whatever was not handed over, for good, or raise WrongState.

    Also what a sender has claimed: it is granted none of that any more.
    """
    with transaction.atomic():
        bulletin.move_to(Status.CANCELLED, by=by, reason="", finished_at=Now())
        claimed = Delivery.Status.CLAIMED
        here = bulletin.deliveries.filter(status__in=[*Delivery.WAITING, claimed])
        here.update(
            status=Delivery.Status.SKIPPED,
            reason=Reason.CANCELLED,
            claim=None,
            lease_until=None,
            changed_at=Now(),
        )
        Tally.objects.fold_one(bulletin.pk)


def _now(bulletin: Bulletin) -> datetime:
    """By the database's clock, which decides when it is due."""
    clock = ExpressionWrapper(Now(), output_field=DateTimeField())
    return Bulletin.objects.values_list(clock, flat=True).get(pk=bulletin.pk)


def _soon(bulletin: Bulletin) -> datetime:
    return _now(bulletin) + timedelta(seconds=settings.UNDO_SECONDS)


def _wake_if_due(bulletin: Bulletin) -> None:
    """What leaves later is found by the tick at its time."""
    if Bulletin.objects.due().filter(pk=bulletin.pk).exists():
        wake()


def _refuse_past(bulletin: Bulletin, send_at: datetime | None) -> None:
    if send_at is not None and send_at < _now(bulletin) - GRACE:
        raise MailingError(_("The send time is in the past. Choose a later one."))


def _lock(bulletin: Bulletin) -> None:
    """Read it anew and keep it: nobody edits it while it is checked and compiled."""
    Bulletin.objects.select_for_update().get(pk=bulletin.pk)
    bulletin.refresh_from_db()


def _check(bulletin: Bulletin, *, accept_warnings: bool) -> None:
    """Raise NotReady, or note on the bulletin which warnings are ticked off."""
    problems = open_problems(bulletin)
    warnings = [one for one in problems if one.severity == Severity.WARNING]
    if len(problems) > len(warnings) or (warnings and not accept_warnings):
        raise NotReady(problems)
    new = [one.key for one in warnings if one.key not in bulletin.ticked_off]
    bulletin.ticked_off = [*bulletin.ticked_off, *new]

"""What the page of a bulletin says from the start on: figures, reasons and domains."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bode.ui import clock, moment, number
from mailings import figures
from mailings.admin.deliveries_page import person
from mailings.causes import LOOKED_AT, Cause, causes
from mailings.models import Bulletin, Delivery, TrailEntry
from mailings.models.trail import BY_COMMAND
from mailings.reasons import reason_text
from mailings.switch import on_hold

Status = Delivery.Status
IN_DOUBT_SHOWN = 20
# What did not just leave, in the order in which a person wants to know why.
TOLD_WHY = (Status.FAILED, Status.DEFERRED, Status.SKIPPED)
WORDS = {
    "sent": gettext_lazy("Sent"),
    "failed": gettext_lazy("Failed"),
    "in_doubt": gettext_lazy("In doubt"),
    "skipped": gettext_lazy("Skipped"),
    "waiting": gettext_lazy("Waiting"),
}


@dataclass(frozen=True)
class Count:
    """One of the five figures; together they are the audience."""

    name: str
    word: Promise
    count: int
    detail: str


class Left(NamedTuple):
    """How long it will still take, in words, and what stands below that."""

    words: str
    detail: str


@dataclass(frozen=True)
class Why:
    """Why the mails of one status did not leave."""

    status: str
    count: int
    detail: str
    reasons: list[tuple[str, int | None]]  # None where not all were looked at


class DomainRow(NamedTuple):
    name: str
    figures: figures.DomainFigures
    slowed: str  # until when its server is left in peace, and what it said
    detail: str


def since_the_start(bulletin: Bulletin) -> dict[str, Any]:
    """Costs the same few rows whatever the audience: it is asked again and again."""
    progress = figures.progress(bulletin)
    next_try = progress.next_try
    found = {
        status: causes(bulletin, status)
        for status in TOLD_WHY
        if progress.totals[status]
    }
    in_doubt = list(_in_doubt(bulletin)[: IN_DOUBT_SHOWN + 1])
    return {
        "progress": progress,
        "counts": _counts(progress, next_try=next_try),
        "left": _left(bulletin, progress),
        "reason": reason_text(bulletin.reason),
        "paused": _paused(bulletin),
        "on_hold": on_hold(),
        "in_doubt": [(one, person(one)) for one in in_doubt[:IN_DOUBT_SHOWN]],
        "count_in_doubt": _how_many(bulletin, in_doubt),
        "why": [
            _why(progress, status, some, next_try=next_try)
            for status, some in found.items()
        ],
        "last_failure": _last_failure(bulletin, progress),
        "domains": [
            _domain(one) for one in figures.by_domain(bulletin, totals=progress.totals)
        ],
    }


def _counts(progress: figures.Progress, *, next_try: datetime | None) -> list[Count]:
    """Together they are the audience."""
    counted = progress.totals | {"waiting": progress.open}
    again = _again(progress.deferred, next_try=next_try)
    return [
        Count(name, word, counted[name], again if name == "waiting" else "")
        for name, word in WORDS.items()
    ]


def _again(deferred: int, *, next_try: datetime | None) -> str:
    if not deferred:
        return ""
    again = _("%(count)s later again") % {"count": number(deferred)}
    return f"{again} · {_at(next_try)}" if next_try else again


def _left(bulletin: Bulletin, progress: figures.Progress) -> Left:
    match bulletin.status:
        case Bulletin.Status.PAUSED:
            return Left(_("stands still"), "")
        case Bulletin.Status.SENT:
            return Left(_("done"), moment(bulletin.finished_at))
        case Bulletin.Status.CANCELLED:
            return Left(_("stopped"), moment(bulletin.finished_at))
    seconds = progress.seconds_left
    if seconds is not None:
        return Left(_time_left(seconds), _rate_and_end(progress, seconds))
    if progress.open and progress.open == progress.deferred:
        again = _next_try(progress.next_try) if progress.next_try else ""
        return Left(_("waits for another try"), again)
    return Left(_("about to begin") if progress.open else _("about to end"), "")


def _time_left(seconds: int) -> str:
    """As one says it: in seconds, or in whole minutes or hours."""
    if seconds < 60:
        words = ngettext(
            "about %(counter)s second left", "about %(counter)s seconds left", seconds
        )
        return words % {"counter": seconds}
    now = timezone.now()
    time = timesince(now - timedelta(seconds=seconds), now, depth=1)
    return _("about %(time)s left") % {"time": time}


def _rate_and_end(progress: figures.Progress, seconds: int) -> str:
    end = timezone.now() + timedelta(seconds=seconds)
    rate, shown = progress.rate, 0.0
    if rate < 1:
        shown, words = max(round(rate * 60), 1), _("%(rate)s per minute")
    else:
        shown, words = round(rate, 1 if rate < 10 else None), _("%(rate)s per second")
    if progress.next_try and progress.next_try > end - timedelta(seconds=1):
        done = _next_try(progress.next_try)  # when it is done, nobody knows
    else:
        done = _("done at %(time)s") % {"time": _at(end)}
    return f"{words % {'rate': number(plain(shown))}} · {done}"


def _next_try(time: datetime) -> str:
    return _("next try at %(time)s") % {"time": _at(time)}


def _paused(bulletin: Bulletin) -> dict[str, str]:
    """Since when it stands still and who did it, where the trail knows."""
    if bulletin.status != Bulletin.Status.PAUSED:
        return {}
    acts = bulletin.trail.filter(act=TrailEntry.Act.PAUSED).order_by("-pk")
    last = acts.first()
    if last is None:
        return {}
    by_command = last.who == BY_COMMAND
    who = _("somebody at the command line") if by_command else last.who
    return {"since": moment(last.at), "who": who}


def _why(
    progress: figures.Progress,
    status: Delivery.Status,
    found: list[Cause],
    *,
    next_try: datetime | None,
) -> Why:
    total = progress.totals[status]
    detail = ""
    if status == Status.DEFERRED and next_try:
        detail = _next_try(next_try)
    is_all = total <= LOOKED_AT
    reasons = [
        (reason_text(one.reason), one.count if is_all else None) for one in found
    ]
    return Why(status, total, detail, reasons)


def _last_failure(bulletin: Bulletin, progress: figures.Progress) -> str:
    if not progress.totals[Status.FAILED]:
        return ""
    failed = bulletin.deliveries.filter(status=Status.FAILED).order_by("-pk")
    return reason_text(failed.values_list("reason", flat=True).first() or "")


def _domain(one: figures.DomainFigures) -> DomainRow:
    slowed = ""
    if one.slowed and one.open:
        until = {"time": _at(one.slowed.until)}
        slowed = _("Its server is busy: no mail to it until %(time)s.") % until
    parts = (
        (_("%(count)s later again"), one.totals[Status.DEFERRED]),
        (_("%(count)s failed"), one.totals[Status.FAILED]),
        (_("%(count)s in doubt"), one.totals[Status.IN_DOUBT]),
        (_("%(count)s skipped"), one.totals[Status.SKIPPED]),
    )
    detail = " · ".join(words % {"count": number(n)} for words, n in parts if n)
    return DomainRow(one.domain or _("All other domains"), one, slowed, detail)


def _in_doubt(bulletin: Bulletin) -> QuerySet[Delivery]:
    """Who waits for an editor's decision."""
    return bulletin.deliveries.filter(status=Status.IN_DOUBT, left_at=None).order_by(
        "pk"
    )


def _how_many(bulletin: Bulletin, first: list[Delivery]) -> int:
    """All that are in doubt: counted where they are more than the page shows."""
    is_all = len(first) <= IN_DOUBT_SHOWN
    return len(first) if is_all else _in_doubt(bulletin).count()


def _at(time: datetime | None) -> str:
    """The time alone where it is today."""
    today = time and timezone.localdate(time) == timezone.localdate()
    return clock(time) if today else moment(time)


def plain(value: float | None) -> float | int | None:
    """As one says it: 4, and not 4.0."""
    return int(value) if value and value == int(value) else value


def pace_in_words() -> str:
    """The setting, for the facts of the page."""
    if not settings.PACE:
        return _("as fast as it can")
    return _("at most %(pace)s per second") % {"pace": number(plain(settings.PACE))}

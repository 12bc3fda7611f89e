"""What is said about sending: above every page of the admin, and on /healthz."""

import time
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bode.health import Health, Sending, sending_lately
from bode.ui import moment

# Web server and sender start together: one that just began has seen no sender yet.
STARTED = time.monotonic()
GRACE = 120  # seconds


@dataclass(frozen=True)
class Notice:
    icon: str
    tone: str
    short: str  # for the foot of the menu
    what: str
    act: str  # what to do about it


def notice() -> Notice | None:
    """The one thing to know about sending; None where all is well."""
    sending = sending_lately()
    if not sending.sender_alive and time.monotonic() - STARTED < GRACE:
        return _hold() if sending.on_hold else None
    return _trouble(sending)


def _trouble(sending: Sending) -> Notice | None:
    if not sending.sender_alive:
        return _no_sender(sending)
    if sending.on_hold:
        return _hold()
    if sending.late_since:
        what = _("A bulletin was to go out %(moment)s, and it does not begin")
        return _late(what % {"moment": moment(sending.late_since)})
    if sending.stuck and sending.oldest_due_at:
        what = _("Mail waits since %(moment)s, and none goes out")
        return _late(what % {"moment": moment(sending.oldest_due_at)})
    return None


def _hold() -> Notice:
    return Notice(
        "bars",
        "attention",
        _("Sending is on hold"),
        _("Sending is on hold: no bulletin goes out"),
        _(
            "Whoever manages this server chose so, with SENDING=hold. What is due is "
            "kept for you to decide about."
        ),
    )


def _no_sender(sending: Sending) -> Notice:
    what = _("No mail goes out: no sender was ever seen")
    if sending.sender_seen_at:
        what = _("No mail goes out: the sender was last seen %(moment)s") % {
            "moment": moment(sending.sender_seen_at)
        }
    return Notice(
        "alert",
        "wrong",
        _("No mail goes out: the sender is away"),
        what,
        _(
            "Ask whoever manages this server to start the sender: run_sender, or the "
            "Celery worker. Nothing is lost meanwhile."
        ),
    )


def _late(what: str) -> Notice:
    return Notice(
        "alert",
        "wrong",
        _("Mail waits, and does not go out"),
        what,
        _(
            "A sender is there, and gets nothing done. Ask whoever manages this server "
            "to run “manage.py doctor”, which names the cause."
        ),
    )


@dataclass(frozen=True)
class Fact:
    well: bool
    sentence: str


def facts(found: Health) -> list[Fact]:
    """The same as the fields of /healthz, as sentences."""
    shown = [Fact(True, _("The web pages work."))]
    if not found.database:
        shown.append(Fact(False, _("The database does not answer.")))
    elif not found.migrated:
        shown.append(
            Fact(False, _("The database is of another version: run manage.py migrate."))
        )
    else:
        shown.append(Fact(True, _("The database answers.")))
    if found.broker is not None:
        does, does_not = _("Redis answers."), _("Redis does not answer.")
        shown.append(Fact(found.broker, does if found.broker else does_not))
    if sending := found.sending:
        trouble = _trouble(sending)
        sentence = f"{trouble.what}." if trouble else _("Mail goes out.")
        shown.append(Fact(trouble is None, sentence))
    return shown

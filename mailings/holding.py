"""What must not leave by itself is kept back, until a person decides.

A copy of the database that is started beside the original would send everything a
second time, and a server that comes back on Monday what was meant for Friday.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from mailings.errors import WrongState
from mailings.models import Bulletin, Delivery
from mailings.models.bulletin import BulletinQuerySet
from mailings.reasons import Reason
from mailings.switch import on_hold
from senders.alerts import tell_operators

Status = Bulletin.Status


def hold_back() -> bool:
    """Keep back what may not leave by itself; True where there was something.

    Held: whatever missed its time by more than LATE_LIMIT and, while sending is on
    hold, whatever is due. While it is on hold, what goes out is paused; what has
    nothing left to send may still end.
    """
    kept = _hold_all(Bulletin.objects.late(), reason=Reason.LATE)
    if on_hold():
        kept += _hold_all(Bulletin.objects.due(), reason=Reason.ON_HOLD)
        kept += [_pause(bulletin) for bulletin in _unfinished()]
    return any(kept)


def _hold_all(waiting: BulletinQuerySet, *, reason: Reason) -> list[bool]:
    found = list(waiting.order_by("send_at", "pk"))
    return [_hold(bulletin, among=waiting, reason=reason) for bulletin in found]


def _hold(bulletin: Bulletin, *, among: BulletinQuerySet, reason: Reason) -> bool:
    """False where an editor or another worker was first."""
    try:
        with transaction.atomic():
            bulletin.move_to(
                Status.HELD, leaving=Status.SCHEDULED, among=among, reason=reason
            )
            _tell(bulletin, reason=reason)
    except WrongState:
        return False
    return True


def _tell(bulletin: Bulletin, *, reason: Reason) -> None:
    page = reverse("admin:mailings_bulletin_progress", args=[bulletin.pk])
    moment = timezone.localtime(bulletin.send_at)
    tell_operators(
        subject=format_lazy(_("bulletin {number} is held"), number=bulletin.pk),
        text=format_lazy(
            _(
                "“{bulletin}” was to go out on {moment}, but {reason}. Nothing of it "
                "has left. Whoever may send decides: now, at another time, or a draft "
                "again.\n\n{page}"
            ),
            bulletin=bulletin,
            moment=f"{moment:%Y-%m-%d %H:%M} {settings.TIME_ZONE}",
            reason=reason.label,
            page=f"{settings.SITE_URL}{page}",
        ),
    )


def _unfinished() -> BulletinQuerySet:
    left = Delivery.objects.open().filter(bulletin=OuterRef("pk"))
    return Bulletin.objects.sending().filter(Exists(left))


def _pause(bulletin: Bulletin) -> bool:
    try:
        bulletin.move_to(Status.PAUSED, reason=Reason.ON_HOLD)
    except WrongState:
        return False
    return True

"""What an editor decides about a delivery that did not arrive, or that may not have."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest, Now
from django.utils.translation import gettext as _

from mailings.errors import MailingError
from mailings.models import Bulletin, Delivery, Tally, TrailEntry
from mailings.models.delivery import DeliveryQuerySet
from mailings.switch import refuse_on_hold
from mailings.waking import wake

Act = TrailEntry.Act
Status = Delivery.Status
UNREACHED = (Status.FAILED, Status.IN_DOUBT)
# Of these something may be sent again; a paused one waits until it is resumed.
GONE_OUT = (
    Bulletin.Status.SENDING,
    Bulletin.Status.PAUSED,
    Bulletin.Status.SENT,
)


def unreached(bulletin: Bulletin, kinds: Collection[Status]) -> DeliveryQuerySet:
    """Who may be sent to again together: of these kinds, and not left as they are."""
    chosen = [kind for kind in UNREACHED if kind in kinds]
    return bulletin.deliveries.unreached(chosen).filter(left_at=None)


def left_as_they_are(bulletin: Bulletin) -> DeliveryQuerySet:
    """In doubt, and an editor has said that they stay so."""
    return bulletin.deliveries.filter(status=Status.IN_DOUBT, left_at__isnull=False)


def send_again(delivery: Delivery, *, by: str = "") -> None:
    """Queue a failed delivery, or one in doubt, once more.

    Raises MailingError for any other, for who was erased, and where its bulletin was
    cancelled; OnHold while nothing may leave.
    """
    refuse_on_hold()
    with transaction.atomic():
        bulletin = _not_cancelled(delivery.bulletin_id)
        this = Delivery.objects.filter(pk=delivery.pk)
        if not _queue(this.unreached(UNREACHED)):
            raise MailingError(_("Only what failed or is in doubt can be sent again."))
        _go_on(bulletin, by=by, delivery_id=delivery.pk)
    delivery.refresh_from_db()


def send_to_unreached(
    bulletin: Bulletin,
    *,
    kinds: Collection[Status],
    by: str = "",
    expected: int | None = None,
) -> int:
    """Queue everybody who was not reached once more, and return how many.

    `kinds` says which: FAILED, IN_DOUBT or both; never what an editor left as it is,
    and never who was erased. Raises MailingError where there is nobody, or not the
    `expected` number, or the bulletin was cancelled; OnHold while nothing may leave.
    """
    refuse_on_hold()
    with transaction.atomic():
        here = _not_cancelled(bulletin.pk)
        count = _queue(unreached(here, kinds))
        if expected not in (None, count):
            raise MailingError(_("The numbers have changed meanwhile. Look once more."))
        if not count:
            raise MailingError(_("There is nobody to send it to again."))
        _go_on(here, count=count, by=by)
    bulletin.refresh_from_db()
    return count


def leave_it(delivery: Delivery, *, by: str = "") -> None:
    """Note that an editor leaves it in doubt as it is, or raise MailingError.

    Whoever finds it left already changes nothing.
    """
    with transaction.atomic():
        bulletin = _kept(delivery.bulletin_id)
        doubtful = Delivery.objects.filter(pk=delivery.pk, status=Status.IN_DOUBT)
        if doubtful.filter(left_at=None).update(left_at=Now()):
            bulletin.note(Act.LEFT, by=by, delivery_id=delivery.pk)
        elif not doubtful.exists():
            raise MailingError(_("This delivery is not in doubt."))
    delivery.refresh_from_db()


def leave_all(bulletin: Bulletin, *, by: str = "") -> int:
    """Leave everything that is in doubt as it is, and return how many that were.

    Raises MailingError where there is nothing left to decide.
    """
    doubtful = bulletin.deliveries.filter(status=Status.IN_DOUBT, left_at=None)
    with transaction.atomic():
        here = _kept(bulletin.pk)
        count = doubtful.update(left_at=Now())
        if not count:
            raise MailingError(_("Nothing is in doubt any more."))
        here.note(Act.LEFT, by=by, count=count)
    return count


def _kept(bulletin_id: int) -> Bulletin:
    """Until the transaction ends; before its deliveries, as everywhere: nobody waits
    in a ring."""
    return Bulletin.objects.select_for_update().get(pk=bulletin_id)


def _not_cancelled(bulletin_id: int) -> Bulletin:
    """Kept as well; raises MailingError for a cancelled one."""
    bulletin = _kept(bulletin_id)
    if bulletin.status == Bulletin.Status.CANCELLED:
        raise MailingError(
            _("The bulletin was cancelled: nothing of it is sent again.")
        )
    return bulletin


def _queue(deliveries: DeliveryQuerySet) -> int:
    return deliveries.update(
        status=Status.QUEUED,
        reason="",
        due_at=Now(),
        claim=None,
        lease_until=None,
        left_at=None,
        deferred_since=None,
    )


def _go_on(
    bulletin: Bulletin, *, by: str, count: int = 1, delivery_id: int | None = None
) -> None:
    """Note it, and let a bulletin that was done go out again; a paused one waits."""
    if bulletin.status == Bulletin.Status.SENT:
        bulletin.move_to(
            Bulletin.Status.SENDING,
            by=by,
            act=Act.SENT_AGAIN,
            count=count,
            delivery_id=delivery_id,
            reason="",
            finished_at=None,
            going_since=Now(),
            handled_before=Tally.objects.of(bulletin).handled(),
        )
    else:
        # They were handled, and are not any more: the rate goes on from there.
        before = Greatest(F("handled_before") - count, Value(0))
        Bulletin.objects.filter(pk=bulletin.pk).update(handled_before=before)
        bulletin.note(Act.SENT_AGAIN, by=by, count=count, delivery_id=delivery_id)
    wake()

"""What an editor decides about a delivery that did not arrive, or that may not have."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from mailings.errors import MailingError
from mailings.models import Bulletin, Delivery
from mailings.switch import refuse_on_hold
from mailings.waking import wake

Status = Delivery.Status


def send_again(delivery: Delivery) -> None:
    """Queue a failed delivery, or one in doubt, once more.

    Raises MailingError for any other, and where its bulletin was cancelled; OnHold
    while nothing may leave.
    """
    refuse_on_hold()
    with transaction.atomic():
        bulletin = Bulletin.objects.select_for_update().get(pk=delivery.bulletin_id)
        if bulletin.status == Bulletin.Status.CANCELLED:
            raise MailingError(
                _("The bulletin was cancelled: nothing of it is sent again.")
            )
        moved = Delivery.objects.filter(
            pk=delivery.pk, status__in=[Status.FAILED, Status.IN_DOUBT]
        ).update(
            status=Status.QUEUED,
            reason="",
            due_at=Now(),
            claim=None,
            lease_until=None,
            left_at=None,
            deferred_since=None,
        )
        if not moved:
            raise MailingError(_("Only what failed or is in doubt can be sent again."))
        if bulletin.status == Bulletin.Status.SENT:
            bulletin.move_to(Bulletin.Status.SENDING, reason="", finished_at=None)
        wake()
    delivery.refresh_from_db()


def leave_it(delivery: Delivery) -> None:
    """Note that an editor leaves it in doubt as it is, or raise MailingError."""
    doubtful = Delivery.objects.filter(pk=delivery.pk, status=Status.IN_DOUBT)
    if not doubtful.update(left_at=Now()):
        raise MailingError(_("This delivery is not in doubt."))
    delivery.refresh_from_db()

"""A correction: a new bulletin to exactly those who got an earlier one."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from mailings.errors import MailingError
from mailings.models import Bulletin, Delivery, TrailEntry

Act = TrailEntry.Act
Status = Bulletin.Status
# While it goes out, more and more people get it: it is paused first.
CORRECTABLE = (Status.PAUSED, Status.SENT, Status.CANCELLED)
# What the correction begins with; whom it goes to is no choice.
COPIED = (
    "preheader",
    "date",
    "headline",
    "body",
    "sender",
    "sign",
    "layout",
    "language",
)
LONGEST_SUBJECT = 200


def begin(bulletin: Bulletin, *, by: str = "") -> Bulletin:
    """A draft that corrects this bulletin; where one is being written already, that.

    Raises MailingError where it has not gone out, goes out at this moment, or reached
    nobody.
    """
    with transaction.atomic():
        earlier = Bulletin.objects.select_for_update().get(pk=bulletin.pk)
        _refuse(earlier)
        written = earlier.corrections.filter(status=Status.DRAFT).first()
        return written or _copy(earlier, by=by)


def _refuse(earlier: Bulletin) -> None:
    if earlier.status == Status.SENDING:
        raise MailingError(_("It is still going out. Pause it first."))
    if earlier.status not in CORRECTABLE:
        raise MailingError(_("It has not gone out yet: change the bulletin itself."))
    if not earlier.deliveries.filter(status=Delivery.Status.SENT).exists():
        raise MailingError(_("Nobody got this bulletin: there is nothing to correct."))


def _copy(earlier: Bulletin, *, by: str) -> Bulletin:
    same = {name: getattr(earlier, name) for name in COPIED}
    new = Bulletin.objects.create(corrects=earlier, subject=_subject(earlier), **same)
    new.lists.set(earlier.lists.all())
    new.note(Act.COMPOSED, by=by)
    earlier.note(Act.CORRECTED, by=by)
    return new


def _subject(earlier: Bulletin) -> str:
    """In the bulletin's own language; a correction of a correction says it once."""
    with translation.override(earlier.language):
        words = _("Correction: %(subject)s")
    subject = earlier.subject.removeprefix(words % {"subject": ""})
    return (words % {"subject": subject})[:LONGEST_SUBJECT]

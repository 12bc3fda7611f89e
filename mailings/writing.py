"""Saving what an editor wrote."""

from django.utils.translation import gettext as _

from mailings.errors import MailingError
from mailings.models import Bulletin, TrailEntry

Act = TrailEntry.Act
WRITTEN = (
    "subject",
    "preheader",
    "date",
    "headline",
    "body",
    "sender",
    "sign",
    "layout",
    "language",
    "ticked_off",
    "version",
    "updated_at",
)


class SavedElsewhere(MailingError):
    """Somebody else saved the bulletin after this text was begun."""

    def __init__(self) -> None:
        super().__init__(_("Someone else has saved this bulletin since you opened it."))


def save_new(bulletin: Bulletin, *, by: str = "") -> None:
    """Save a new draft; to be called inside a transaction."""
    bulletin.save()
    note_composed(bulletin, by=by)


def save_draft(bulletin: Bulletin, *, based_on: int, by: str = "") -> None:
    """Save the text of a draft over the version that it was based on.

    To be called inside a transaction. Raises SavedElsewhere where the draft is at
    another version by now, and WrongState where it is no draft any more; nothing is
    saved then.
    """
    drafts = Bulletin.objects.filter(pk=bulletin.pk, status=Bulletin.Status.DRAFT)
    if not drafts.filter(version=based_on).update(version=based_on + 1):
        _refuse(bulletin)
    bulletin.version = based_on + 1
    bulletin.save(update_fields=WRITTEN)
    note_composed(bulletin, by=by)


def note_composed(bulletin: Bulletin, *, by: str) -> None:
    """Note who wrote on it: once for all that one person saves in a row."""
    last = bulletin.trail.order_by("pk").last()
    if last is None or (last.act, last.who) != (Act.COMPOSED, by):
        bulletin.note(Act.COMPOSED, by=by)


def _refuse(bulletin: Bulletin) -> None:
    now = Bulletin.objects.get(pk=bulletin.pk)
    if now.status != Bulletin.Status.DRAFT:
        raise now.wrong_state(Bulletin.Status.DRAFT)
    raise SavedElsewhere

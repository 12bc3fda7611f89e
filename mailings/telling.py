"""What becomes of a bulletin, told to the log and to the operators: by its number.

Its words are for its readers, and neither a log nor a mail to an operator is theirs.
"""

import logging

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from mailings.models import Bulletin
from senders.alerts import tell_operators
from subscribers.logs import hide

logger = logging.getLogger(__name__)


def tell_moved(bulletin: Bulletin) -> None:
    """That it started, finished and so on."""
    _log(logging.INFO, bulletin, "")


def tell_paused(bulletin: Bulletin) -> None:
    """That it stands still until somebody has mended what is broken.

    The operators are told in the caller's transaction, so once for each pause.
    """
    reason = hide(bulletin.reason)
    _log(logging.WARNING, bulletin, reason)
    tell_operators(
        subject=format_lazy(_("bulletin {number} is paused"), number=bulletin.pk),
        text=format_lazy(
            "{what}\n\n  {reason}\n\n{act}\n{link}",
            what=_(
                "A bulletin cannot go on, and waits. Nobody gets it twice, and nobody "
                "is skipped. The mail server, or what stands before it, said:"
            ),
            reason=reason,
            act=_("Mend the cause, and then press Resume:"),
            link=_link(bulletin),
        ),
    )


def _link(bulletin: Bulletin) -> str:
    # Not by `reverse`: a sender would load every page of the admin for it.
    return f"{settings.SITE_URL}/admin/mailings/bulletin/{bulletin.pk}/progress/"


def _log(level: int, bulletin: Bulletin, reason: str) -> None:
    line = f"bulletin {bulletin.pk} is {bulletin.status}"
    ids = {"bulletin": bulletin.pk}
    logger.log(level, f"{line}: {reason}" if reason else line, extra=ids)

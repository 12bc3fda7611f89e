"""Our own reasons for what became of a delivery or a bulletin.

What a server said is kept in its own words. What we decided ourselves is one of
these: the ledger keeps the English words, pages show them in their language.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    LEFT = "left", _("left the list")
    SUPPRESSED = "suppressed", _("this address is never written to")
    NOT_CONFIRMED = "not confirmed", _("is not confirmed on these lists")
    FORGOTTEN = "no longer known", _("is no longer known")
    CANCELLED = "cancelled", _("the bulletin was cancelled")
    STOPPED = (
        "the sender stopped before the answer came",
        _("the sender stopped before the answer came"),
    )
    NOBODY = "nobody to send to", _("there was nobody to send to")
    LATE = "nothing was sending then", _("nothing was sending then")
    ON_HOLD = "sending was put on hold", _("sending was put on hold")
    RESTS = "its mail server is busy", _("its mail server is busy")
    NO_REASON = "no reason given", _("no reason was given")


def reason_text(reason: str) -> str:
    """A stored reason for a page: ours translated, a server's as it is."""
    return in_words(reason, texts=reason_texts())


def in_words(reason: str, *, texts: dict[str, str]) -> str:
    """The same with the texts at hand; a server's words may stand after ours."""
    ours, colon, said = reason.partition(": ")
    if colon and ours == Reason.RESTS:
        return f"{texts[ours]}: {said}"
    return texts.get(reason, reason)


def reason_texts() -> dict[str, str]:
    """Ours in the active language, for who asks for a million of them."""
    return {str(value): str(label) for value, label in Reason.choices}

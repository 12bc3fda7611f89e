"""One reader's copy of a bulletin, as it is handed over for them."""

from django.db.models import QuerySet

from mailings.audience import recipients
from mailings.editions import Press, compile_edition
from mailings.errors import NotInAudience
from mailings.models import Bulletin, Delivery, Edition
from senders.addresses import BadAddress
from senders.transports.base import Message
from subscribers.keys import address_key
from subscribers.models import Subscriber

# For whom a copy is made that is for nobody.
NOBODY = "reader@example.org"


def copy_for(bulletin: Bulletin, *, email: str) -> Message:
    """The mail for this reader: as it left or leaves, or as it would leave now.

    Raises NotInAudience where they get none.
    """
    delivery = _deliveries(bulletin, email).first()
    if delivery:
        return Press(delivery.edition, bulletin).message_for(delivery)
    if bulletin.started_at:
        raise _not_in_audience(email)
    edition = _edition(bulletin)
    reader = _readers(edition, bulletin, email).first()
    if reader is None:
        raise _not_in_audience(email)
    return Press(edition, bulletin).message_for_subscriber(reader)


def copy_for_nobody(bulletin: Bulletin) -> Message:
    """The mail with its fallbacks and a link that acts on nobody."""
    press = Press(_edition(bulletin), bulletin)
    return press.practice_message(email=NOBODY, values={})


def _edition(bulletin: Bulletin) -> Edition:
    return bulletin.edition or compile_edition(bulletin)


def _deliveries(bulletin: Bulletin, email: str) -> QuerySet[Delivery]:
    key = _key(email)
    return bulletin.deliveries.filter(address_key=key).select_related("edition")


def _readers(edition: Edition, bulletin: Bulletin, email: str) -> QuerySet[Subscriber]:
    corrects_id = bulletin.corrects_id
    people = recipients(edition.list_ids, corrects_id=corrects_id)
    return people.filter(address_key=_key(email))


def _key(email: str) -> str:
    try:
        return address_key(email)
    except BadAddress:
        raise _not_in_audience(email) from None


def _not_in_audience(email: str) -> NotInAudience:
    return NotInAudience(f"{email} does not get this bulletin.")

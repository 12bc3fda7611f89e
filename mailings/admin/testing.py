"""The mail to oneself: the same bytes, marked as a test, and on nobody's account."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.utils.translation import gettext as _

from mailings.editions import Press, compile_edition
from mailings.errors import MailingError
from mailings.models import Bulletin
from mailings.rendering.inlining import TooDeep
from senders.addresses import BadAddress, validate_address
from senders.transports.backend import BackendTransport
from senders.transports.base import Kind, Message, TransportError
from subscribers.models import MailingList

MARK = "[Test] "


class NotTested(MailingError):
    """The test mail did not leave; the text says why."""


def send_test(
    user: AbstractUser | AnonymousUser,
    bulletin: Bulletin,
    *,
    lists: Sequence[MailingList],
    values: Mapping[str, Any],
) -> str:
    """Send it to the user's own address, and return a sentence that says so.

    Raises NotTested where the user has no address, or the mail is not taken.
    """
    bulletin.subject = f"{MARK}{bulletin.subject}"
    try:
        address = _address_of(user)
        press = Press(compile_edition(bulletin, lists=lists), bulletin)
        _hand_over(press.practice_message(email=address, values=values))
    except TooDeep as error:
        raise NotTested(_("The test was not sent: mend the errors first.")) from error
    except BadAddress as error:
        raise _refused(" ".join(error.messages)) from error
    except TransportError as error:
        raise _refused(str(error)) from error
    return _("The test has been sent to %(address)s.") % {"address": address}


def _address_of(user: AbstractUser | AnonymousUser) -> str:
    """Raises NotTested where there is none, and BadAddress where it is of no use."""
    address: str = getattr(user, "email", "").strip()
    if not address:
        raise NotTested(
            _(
                "There is no e-mail address with your name yet. Fill it in under "
                "Users, or ask whoever manages Bode, and try again."
            )
        )
    validate_address(address)
    return address


def _refused(reason: str) -> NotTested:
    return NotTested(
        _("The test was not sent. The answer was: %(reason)s") % {"reason": reason}
    )


def _hand_over(message: Message) -> None:
    """By settings.EMAIL_BACKEND, or raise TransportError with its answer."""
    transport = BackendTransport()
    try:
        transport.connect(1)
        verdict = transport.hand_over([message])[0]
    finally:
        transport.close()
    if verdict.kind is not Kind.SENT:
        raise TransportError(verdict.reason)

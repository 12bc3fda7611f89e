"""As whom it goes out."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from mailings.preflight.letter import Letter
from mailings.preflight.problem import Problem, error
from senders.addresses import BadAddress, normalise


def check_sender(letter: Letter) -> Iterator[Problem]:
    sender = letter.bulletin.sender
    if sender is None:
        yield error(
            "sender_missing",
            "sender",
            _("No sender is chosen. Choose who writes this."),
        )
        return
    for address in filter(None, [sender.from_address, sender.reply_to]):
        if not _is_address(address):
            yield error(
                "sender_address",
                "sender",
                _("“%(address)s” is no e-mail address. Mend it at the sender.")
                % {"address": address},
                quote=address,
            )


def _is_address(address: str) -> bool:
    try:
        normalise(address)
    except BadAddress:
        return False
    return True

"""The ADDRESS_KEY is the one of this database, or nothing is done with it.

Under another key every address looks new: who must never be written to would be.
"""

from django.utils.translation import gettext as _

from subscribers.errors import SubscriberError
from subscribers.keys import proof
from subscribers.models import KeyProof


class WrongAddressKey(SubscriberError):
    """ADDRESS_KEY is not the one under which this database remembers addresses."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "ADDRESS_KEY is not the key of this database: set the one with which "
                "it was made."
            )
        )


def confirm_address_key() -> None:
    """Raise WrongAddressKey where the settings' key is not the database's."""
    kept = KeyProof.objects.first()
    if kept and kept.value != proof():
        raise WrongAddressKey

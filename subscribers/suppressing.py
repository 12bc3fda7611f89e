"""Addresses that are never written to."""

from subscribers.keys import address_key
from subscribers.models import Suppression


def suppress(email: str, *, reason: Suppression.Reason) -> Suppression:
    """Never write to this address again. The first reason stays.

    Raises BadAddress for what is no address.
    """
    suppression, _made = Suppression.objects.get_or_create(
        address_key=address_key(email), defaults={"reason": reason}
    )
    return suppression


def is_suppressed(key: str) -> bool:
    return Suppression.objects.filter(address_key=key).exists()

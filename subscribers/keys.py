"""The key that remembers an address when the address itself must be forgotten."""

import hashlib
import hmac

from django.conf import settings

from senders.addresses import normalise


def address_key(address: str) -> str:
    """HMAC-SHA-256 of the normal form under ADDRESS_KEY, cut to 128 bits, in hex.

    Raises BadAddress where the address has no normal form.
    """
    return _under_our_key(normalise(address))


def proof() -> str:
    """What tells this ADDRESS_KEY from any other, and tells nothing else about it."""
    return _under_our_key("the proof of a key")  # no address: it has no @


def _under_our_key(text: str) -> str:
    secret = settings.ADDRESS_KEY.encode()
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:32]

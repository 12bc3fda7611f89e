"""The key that remembers an address when the address itself must be forgotten."""

import hashlib
import hmac

from django.conf import settings

from senders.addresses import normalise


def address_key(address: str) -> str:
    """HMAC-SHA-256 of the normal form under ADDRESS_KEY, cut to 128 bits, in hex.

    Raises BadAddress where the address has no normal form.
    """
    secret = settings.ADDRESS_KEY.encode()
    digest = hmac.new(secret, normalise(address).encode(), hashlib.sha256)
    return digest.hexdigest()[:32]

"""What a link in a mail carries: who leaves which lists, and who may come back.

A token is text that we signed, salted per purpose, so that one kind never passes for
another. Nobody can make one, and none holds an address.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.utils.http import base36_to_int, int_to_base36

UNDO_FOR = timedelta(days=7)
_SEPARATOR = "."
_PRACTICE = "practice"


@dataclass(frozen=True)
class Leave:
    """One person who leaves the lists of one bulletin; with `practice`, nobody."""

    subscriber_id: int
    address_key: str
    bulletin_id: int
    list_ids: tuple[int, ...]
    practice: bool = False


def make_leave_token(
    *, subscriber_id: int, address_key: str, bulletin_id: int, list_ids: tuple[int, ...]
) -> str:
    """The token of an unsubscribe link. It never expires; the same in, the same out."""
    leave = Leave(subscriber_id, address_key, bulletin_id, list_ids)
    return _leave_signer().sign(_pack(leave))


def make_practice_token() -> str:
    """For previews, test mails and copies for nobody: acts on nobody."""
    return _leave_signer().sign(_PRACTICE)


def read_leave_token(token: str) -> Leave:
    """What `make_leave_token` or `make_practice_token` was given.

    Raises BadSignature for whatever they did not make.
    """
    content = _leave_signer().unsign(token)
    if content == _PRACTICE:
        return Leave(0, "", 0, (), practice=True)
    return _unpack(content)


def leave_url(token: str) -> str:
    """The link in the mail and its header: no language, no slash at its end."""
    return f"{settings.SITE_URL}/u/{token}"


def make_undo_token(leave: Leave) -> str:
    """The token that takes this leaving back: exactly its lists, for `UNDO_FOR`."""
    return _undo_signer().sign(_pack(leave))


def read_undo_token(token: str) -> Leave:
    """What `make_undo_token` was given.

    Raises BadSignature, and SignatureExpired, which is one, after `UNDO_FOR`.
    """
    return _unpack(_undo_signer().unsign(token, max_age=UNDO_FOR))


def _leave_signer() -> Signer:
    # A mail of years ago must still be left: this key outlives a new SECRET_KEY.
    return Signer(key=settings.ADDRESS_KEY, sep=_SEPARATOR, salt="subscribers.leave")


def _undo_signer() -> TimestampSigner:
    return TimestampSigner(sep=_SEPARATOR, salt="subscribers.undo")


def _pack(leave: Leave) -> str:
    # Base36 and base64 make half of the length that JSON would have.
    key = base64.urlsafe_b64encode(bytes.fromhex(leave.address_key)).rstrip(b"=")
    numbers = (leave.subscriber_id, leave.bulletin_id, *leave.list_ids)
    return _SEPARATOR.join((key.decode(), *map(int_to_base36, numbers)))


def _unpack(content: str) -> Leave:
    key, *numbers = content.split(_SEPARATOR)
    try:
        subscriber_id, bulletin_id, *list_ids = map(base36_to_int, numbers)
        address_key = base64.urlsafe_b64decode(f"{key}==").hex()
    except (ValueError, binascii.Error):
        raise BadSignature("Signed, but not by this version of Bode.") from None
    return Leave(subscriber_id, address_key, bulletin_id, tuple(list_ids))

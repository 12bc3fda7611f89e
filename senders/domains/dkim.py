"""DKIM: the public keys with which receivers check signatures (RFC 6376, RFC 8301)."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from senders.domains.asking import Dns
from senders.domains.tags import read_tags
from senders.findings import Finding, error, ok, warning

LEAST_BITS = 1024  # RFC 8301 section 3.2: shorter ones are not checked
GOOD_BITS = 2048
# Under which names keys usually stand, by who signs. Amazon SES, Postmark, Postal,
# Scaleway and SparkPost give every domain a name of its own.
USUAL = {
    "smtp": (
        "default dkim mail selector1 selector2 google k1 k2 k3 s1 s2 key1 dkim1 smtp"
    ),
    "brevo": "mail brevo1 brevo2 sib",
    "mailersend": "mlsend mlsend2",
    "mailgun": "mailo pic k1 smtp mg mx email pdk1 pdk2",
    "mailjet": "mailjet",
    "mailtrap": "rwmt1 rwmt2",
    "mandrill": "mandrill mte1 mte2",
    "resend": "resend",
    "sendgrid": "s1 s2 m1 smtpapi",
    "unisender_go": "us",
}


@dataclass(frozen=True)
class Key:
    """One record at `selector`._domainkey.`domain`."""

    selector: str
    domain: str
    kind: str = "rsa"  # rsa or ed25519
    bits: int = 0
    fault: str = ""  # why receivers cannot use it
    testing: bool = False

    @property
    def is_usable(self) -> bool:
        return not self.fault and self.bits >= (
            LEAST_BITS if self.kind == "rsa" else 256
        )


def find_keys(domain: str, *, dns: Dns) -> list[Key]:
    """The keys under the settings' selector, else the usual ones. Raises Silent."""
    found = [
        read_key(selector, domain, text)
        for selector in selectors()
        for text in dns.texts(f"{selector}._domainkey.{domain}")[:1]
        # A wildcard answers every name that is tried with what is no key.
        if settings.DKIM_SELECTOR or "p" in read_tags(text)
    ]
    usable = [key for key in found if key.is_usable]
    # An old key under another usual name harms nobody.
    return found if settings.DKIM_SELECTOR else usable or found


def selectors() -> list[str]:
    if settings.DKIM_SELECTOR:
        return [settings.DKIM_SELECTOR]
    return USUAL.get(settings.TRANSPORT, "").split()


def read_key(selector: str, domain: str, text: str) -> Key:
    tags = read_tags(text)
    kind = tags.get("k", "rsa").lower()
    encoded = re.sub(r"\s", "", tags.get("p", ""))
    if tags.get("v", "DKIM1") != "DKIM1" or "p" not in tags:
        return Key(selector, domain, kind, fault=_("it is no DKIM key"))
    if not encoded:
        return Key(selector, domain, kind, fault=_("it is withdrawn (p= is empty)"))
    try:
        raw = base64.b64decode(encoded, validate=True)
        bits = len(raw) * 8 if kind == "ed25519" else _rsa_bits(raw)
    except (binascii.Error, IndexError, ValueError):
        return Key(selector, domain, kind, fault=_("its p= is damaged"))
    return Key(
        selector, domain, kind, bits, testing="y" in tags.get("t", "").split(":")
    )


def check_dkim(domain: str, *, keys: list[Key]) -> Iterator[Finding]:
    """Whether receivers can check signatures of this domain."""
    if not keys:
        yield _none_found(domain)
    for key in keys:
        name = f"{key.selector}._domainkey.{key.domain}"
        yield from _judge(key, name)


def _none_found(domain: str) -> Finding:
    if settings.DKIM_SELECTOR:
        return error(
            "dkim",
            _(
                "There is no DKIM key at %(selector)s._domainkey.%(domain)s: publish "
                "the one that your mail server or provider shows, or mend "
                "DKIM_SELECTOR."
            )
            % {"selector": settings.DKIM_SELECTOR, "domain": domain},
        )
    return warning(
        "dkim",
        _(
            "No DKIM key of %(domain)s was found under a usual name: set DKIM_SELECTOR "
            "to the selector that your mail server or provider shows."
        )
        % {"domain": domain},
    )


def _judge(key: Key, name: str) -> Iterator[Finding]:
    place = {"name": name, "fault": key.fault, "bits": key.bits, "kind": key.kind}
    if key.fault:
        said = _("Receivers cannot use the DKIM key %(name)s: %(fault)s.")
        yield error("dkim", said % place)
    elif not key.is_usable:
        said = _(
            "The DKIM key %(name)s has %(bits)s bits, and receivers do not check so "
            "short a key: make one of 2048."
        )
        yield error("dkim", said % place)
    elif key.kind == "rsa" and key.bits < GOOD_BITS:
        said = _("The DKIM key %(name)s has %(bits)s bits: make one of 2048.")
        yield warning("dkim", said % place)
    else:
        said = _("The DKIM key %(name)s is there (%(kind)s, %(bits)s bits).")
        yield ok("dkim", said % place)
    if key.testing:
        said = _(
            "The DKIM key %(name)s says that it is a test (t=y), so receivers may "
            "ignore it: remove that."
        )
        yield warning("dkim", said % place)


def _rsa_bits(der: bytes) -> int:
    """The length of the modulus in a SubjectPublicKeyInfo (RFC 5280 section 4.1).

    Raises IndexError or ValueError where it is none.
    """
    inside, _after = _read(der, 0x30)
    if inside[:1] == b"\x02":  # a bare RSAPublicKey, which RFC 6376 section 3.6.1 names
        modulus, _after = _read(inside, 0x02)
        return int.from_bytes(modulus, "big").bit_length()
    _algorithm, rest = _read(inside, 0x30)
    bits, _after = _read(rest, 0x03)
    numbers, _after = _read(bits[1:], 0x30)
    modulus, _after = _read(numbers, 0x02)
    return int.from_bytes(modulus, "big").bit_length()


def _read(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the first value, which must carry this tag, and what follows."""
    if der[0] != tag:
        raise ValueError("another tag")
    length, start = der[1], 2
    if length & 0x80:
        start = 2 + (length & 0x7F)
        length = int.from_bytes(der[2:start], "big")
    if len(der) < start + length:
        raise ValueError("cut off")
    return der[start : start + length], der[start + length :]

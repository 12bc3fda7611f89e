"""E-mail addresses: which we take, and how two are compared.

An address is kept as typed and compared by its normal form: lower case, the domain
as an A-label (RFC 5890). Local parts outside ASCII are refused, since they reach
their reader only over SMTPUTF8 (RFC 6531) and Django would turn them into another
address.
"""

import re
from contextlib import suppress
from functools import lru_cache

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# The dot-atom of RFC 5322 section 3.2.3; quoted local parts are refused.
_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_ANY = re.compile(r"[^\s<>()\"',:;@]+@[^\s<>()\"',:;@]+")
GONE = "…"  # stands where an address was


class BadAddress(ValidationError):
    """The address cannot be written to; its message says why."""


def normalise(address: str) -> str:
    """The form by which addresses are compared and written to the wire.

    Raises BadAddress where no mail could ever reach it.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain:
        raise BadAddress(
            _("This is no e-mail address: write it like name@example.org.")
        )
    if not local.isascii():
        raise BadAddress(
            _("The part before the @ holds a letter that mail cannot carry.")
        )
    if not _LOCAL.fullmatch(local):
        raise BadAddress(
            _("The part before the @ holds a character that is not allowed.")
        )
    if len(local) > 64:  # RFC 5321 section 4.5.3.1.1
        raise BadAddress(_("The part before the @ is too long."))
    return f"{local.lower()}@{_ascii_domain(domain)}"


def on_the_wire(address: str) -> str:
    """The address as typed, with its domain in ASCII (RFC 5321 section 2.3.5)."""
    local, _at, domain = address.strip().rpartition("@")
    return f"{local}@{_ascii_domain(domain)}"


def validate_address(address: str) -> None:
    """A Django validator: raise BadAddress for what `normalise` refuses."""
    normalise(address)


def mask(address: str) -> str:
    """The address for a page that a stranger may see: n•••••a@e•••••d.example.org."""
    local, _at, domain = address.rpartition("@")
    first, dot, rest = domain.partition(".")
    return f"{_mask_word(local)}@{_mask_word(first)}{dot}{rest}"


def without(address: str, text: str) -> str:
    """The text with the address taken out, and the part before its @ too.

    In whatever case, with its domain as typed or in ASCII: as a mail server says it.
    """
    local, _at, domain = address.strip().rpartition("@")
    if not local or local.lower() not in text.lower():
        return text
    domains = {domain}
    with suppress(BadAddress):
        domains.add(_ascii_domain(domain))
    domain_as_said = "|".join(map(re.escape, domains))
    whole = rf"{re.escape(local)}(@({domain_as_said})|(?![\w+@-]|\.\w))"
    return re.sub(rf"(?<![\w.+-]){whole}", GONE, text, flags=re.IGNORECASE)


def without_any(text: str) -> str:
    """The text with everything taken out that looks like an address."""
    return _ANY.sub(GONE, text)


def _mask_word(word: str) -> str:
    return f"{word[:1]}•••••{word[-1:]}" if len(word) > 2 else "•••••"


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        raise BadAddress(_("The part after the @ is no domain.")) from None
    labels = ascii_domain.split(".")
    if len(labels) < 2 or len(ascii_domain) > 253:
        raise BadAddress(_("The part after the @ is no domain: it needs a dot."))
    # A last label of digits would be an IP address (RFC 1123 section 2.1).
    if labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress(_("The part after the @ is no domain."))
    return ascii_domain

"""DMARC: what receivers do with mail that only claims a domain (RFC 9989)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from senders.domains.asking import Dns
from senders.domains.tags import read_tags
from senders.findings import Finding, error, ok, warning

STRICT = ("quarantine", "reject")
MOST_STEPS = 8  # of the walk up the tree (RFC 9989 section 4.10)


@dataclass(frozen=True)
class Policy:
    """The record that counts for a domain, and where it was found."""

    found_at: str  # the domain that publishes it
    organisation: str  # the domain under which names align
    tags: dict[str, str]
    inherited: bool  # it is another domain's, so sp counts

    @property
    def word(self) -> str:
        """none, quarantine or reject; anything else counts for nothing."""
        own = self.tags.get("p", "").lower()
        return self.tags.get("sp", own).lower() if self.inherited else own


def records_of(dns: Dns, domain: str) -> list[str]:
    """Raises Silent."""
    texts = (text.strip() for text in dns.texts(f"_dmarc.{domain}"))
    return [text for text in texts if text.split(";")[0].replace(" ", "") == "v=DMARC1"]


def find_policy(domain: str, *, dns: Dns) -> Policy | None:
    """By the walk up the tree: the domain's own record, else its organisation's.

    A name with more than one record has none. Raises Silent.
    """
    found = {}
    for name in _upwards(domain):
        records = records_of(dns, name)
        if len(records) == 1:
            found[name] = read_tags(records[0])
            if "psd" in found[name] and found[name]["psd"].lower() in "yn":
                break
    if not found:
        return None
    organisation = _organisation(domain, found)
    at = next((name for name in (domain, organisation) if name in found), "")
    # Where only a registry publishes one, it counts for all beneath it.
    at = at or list(found)[-1]
    return Policy(at, organisation, found[at], inherited=at != domain)


def check_dmarc(domain: str, *, dns: Dns) -> Iterator[Finding]:
    """Whether receivers turn away who only claims to be this domain. Raises Silent."""
    if len(records_of(dns, domain)) > 1:
        yield error(
            "dmarc",
            _(
                "%(domain)s has more than one DMARC record, so receivers count none: "
                "keep one."
            )
            % {"domain": domain},
        )
        return
    policy = find_policy(domain, dns=dns)
    if policy is None:
        yield error(
            "dmarc",
            _(
                "%(domain)s has no DMARC record, so large providers refuse bulk mail "
                "from it: publish a TXT record at _dmarc.%(domain)s that begins with "
                "v=DMARC1; p=none; and make it p=quarantine once all your mail passes."
            )
            % {"domain": domain},
        )
        return
    yield from _judge(domain, policy)


def _judge(domain: str, policy: Policy) -> Iterator[Finding]:
    place = {"domain": domain, "at": policy.found_at, "policy": policy.word}
    if policy.word == "none":
        said = _(
            "The DMARC policy of %(domain)s is not sufficiently strict (none, at "
            "_dmarc.%(at)s): make it quarantine or reject once all your mail passes."
        )
        yield warning("dmarc", said % place)
    elif policy.word not in STRICT:
        said = _(
            "The DMARC record at _dmarc.%(at)s holds no policy that counts: write "
            "p=quarantine or p=reject."
        )
        yield error("dmarc", said % place)
    else:
        said = _(
            "The DMARC policy of %(domain)s is sufficiently strict (%(policy)s, at "
            "_dmarc.%(at)s)."
        )
        yield ok("dmarc", said % place)
        yield from _loopholes(policy)


def _loopholes(policy: Policy) -> Iterator[Finding]:
    """What takes a strict policy back for a part of the mail."""
    tags, place = policy.tags, {"at": policy.found_at}
    if not policy.inherited and tags.get("sp", "").lower() == "none":
        said = _(
            "The DMARC record at _dmarc.%(at)s leaves names under it open (sp=none): "
            "make it quarantine or reject."
        )
        yield warning("dmarc", said % place)
    if tags.get("pct", "100") != "100" or tags.get("t", "").lower() == "y":
        said = _(
            "The DMARC record at _dmarc.%(at)s is only being tried out (pct or t=y): "
            "remove that once all your mail passes."
        )
        yield warning("dmarc", said % place)


def _upwards(domain: str) -> Iterator[str]:
    """The domain and those above it, at most MOST_STEPS, as RFC 9989 walks."""
    labels = domain.split(".")
    yield domain
    labels = labels[1:] if len(labels) < MOST_STEPS else labels[-(MOST_STEPS - 1) :]
    while labels:
        yield ".".join(labels)
        labels = labels[1:]


def _organisation(domain: str, found: dict[str, dict[str, str]]) -> str:
    for name, tags in found.items():
        psd = tags.get("psd", "").lower()
        if psd == "n":
            return name
        if psd == "y" and name != domain:
            labels = domain.split(".")
            return ".".join(labels[-name.count(".") - 2 :])
    return min(found, key=lambda name: name.count("."))

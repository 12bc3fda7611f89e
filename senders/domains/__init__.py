"""What DNS says about a domain as whom we send, in the words of internet.nl.

SPF, DKIM and DMARC, and whether they align with the From of our mail. DNS that gives
no answer is a warning and never an error: nobody knows what stands there.
"""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from senders.domains.asking import Dns, Silent
from senders.domains.dkim import Key, check_dkim, find_keys
from senders.domains.dmarc import Policy, check_dmarc, find_policy
from senders.domains.spf import check_spf
from senders.findings import Finding, Severity, error, ok, warning


def check_domain(domain: str) -> list[Finding]:
    """All that receivers will hold against mail from this domain. Raises nothing.

    `domain` is in ASCII. Takes no longer than `asking.ALL` seconds.
    """
    dns = Dns()
    try:
        there = dns.is_there(domain)
    except Silent as silent:
        return [_no_answer("dns", silent)]
    if not there:
        said = _("The domain %(domain)s does not exist: mend the sender's address.")
        return [error("dns", said % {"domain": domain})]
    findings = [
        *_asked("spf", lambda: check_spf(domain, dns=dns)),
        *_asked("dkim", lambda: check_dkim(domain, keys=_keys(domain, dns))),
        *_asked("dmarc", lambda: check_dmarc(domain, dns=dns)),
    ]
    return [*findings, *_asked("alignment", lambda: _check_alignment(domain, dns))]


def _asked(check: str, act: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(act())
    except Silent as silent:
        return [_no_answer(check, silent)]


def _no_answer(check: str, silent: Silent) -> Finding:
    said = _("DNS gives no answer (%(silent)s): try again later, or set DNS_SERVER.")
    return warning(check, said % {"silent": silent})


def _keys(domain: str, dns: Dns) -> list[Key]:
    """The domain's own keys, else those of its organisation. Raises Silent."""
    own = find_keys(domain, dns=dns)
    policy = None if own else find_policy(domain, dns=dns)
    if policy is None or policy.organisation == domain:
        return own
    return find_keys(policy.organisation, dns=dns)


def _check_alignment(domain: str, dns: Dns) -> Iterator[Finding]:
    """Whether what passes SPF or DKIM bears the name that stands in From."""
    policy = find_policy(domain, dns=dns)
    signed = [key.domain for key in _keys(domain, dns) if key.is_usable]
    if any(_aligns(key, domain, policy) for key in signed):
        said = _(
            "Signatures of %(signer)s align with From addresses at %(domain)s, if your "
            "mail server or provider signs with that key."
        )
        yield ok("alignment", said % {"signer": signed[0], "domain": domain})
    elif signed:
        said = _(
            "The DMARC record asks for strict alignment (adkim=s), and the key is that "
            "of %(signer)s: let the signature name %(domain)s itself."
        )
        yield error("alignment", said % {"signer": signed[0], "domain": domain})
    elif settings.TRANSPORT == "smtp" and _spf_holds(domain, dns):
        # The envelope's sender is the sender's address: SPF is asked of its domain.
        said = _(
            "SPF aligns with From addresses at %(domain)s as long as your mail server "
            "keeps the return path; a forwarded mail passes with DKIM only."
        )
        yield warning("alignment", said % {"domain": domain})
    else:
        said = _(
            "Nothing shows that mail from %(domain)s passes DMARC: let your mail "
            "server or provider sign with a key of %(domain)s."
        )
        yield warning("alignment", said % {"domain": domain})


def _aligns(signer: str, domain: str, policy: Policy | None) -> bool:
    """RFC 9989 section 4.4: the same name, or the same organisation where relaxed."""
    if signer == domain:
        return True
    return policy is not None and policy.tags.get("adkim", "r").lower() != "s"


def _spf_holds(domain: str, dns: Dns) -> bool:
    found = check_spf(domain, dns=dns)
    return all(finding.severity is not Severity.ERROR for finding in found)

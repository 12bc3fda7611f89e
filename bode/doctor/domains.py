"""The domains that mail is sent from, and what DNS says about each."""

from collections.abc import Iterator
from email.utils import parseaddr

from django.conf import settings

from senders.addresses import BadAddress, normalise
from senders.domains import check_domain
from senders.findings import Finding, ok, warning
from senders.models import Sender

MOST = 10  # domains: each takes some seconds


def sending_domains(*, from_rows: bool) -> list[str]:
    """Of Bode's own letters first, then of each sender; in ASCII, each once."""
    addresses = [parseaddr(settings.DEFAULT_FROM_EMAIL)[1]]
    if from_rows:
        rows = Sender.objects.order_by("pk")
        addresses += rows.values_list("from_address", flat=True)
    domains: dict[str, None] = {}
    for address in addresses:
        try:
            domains[normalise(address).rpartition("@")[2]] = None
        except BadAddress:
            continue  # preflight tells the editor
    return list(domains)


def check_domains(domains: list[str]) -> Iterator[Finding]:
    if settings.TRANSPORT == "outbox":
        yield ok("dns", "DNS is not asked: with the outbox no mail leaves.")
        return
    for domain in domains[:MOST]:
        yield from check_domain(domain)
    if len(domains) > MOST:
        yield warning(
            "dns", f"Only the first {MOST} of {len(domains)} domains were asked."
        )

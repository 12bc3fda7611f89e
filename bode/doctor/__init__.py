"""`doctor`: everything that stands between this installation and its readers' mail."""

from collections.abc import Callable, Iterable

from bode.doctor.broker import check_broker
from bode.doctor.configuration import check_configuration
from bode.doctor.database import Database, check_database
from bode.doctor.domains import check_domains, sending_domains
from bode.doctor.sending import check_sending
from senders.findings import Finding, error
from senders.transports.checking import check_transport


def examine() -> list[Finding]:
    """All findings, in the order in which to mend them. Raises nothing.

    What needs the database is left out where there is none to work on.
    """
    database = Database()
    findings = [
        *_checked("settings", check_configuration),
        *_checked("database", lambda: check_database(database)),
        *_checked("broker", check_broker),
    ]
    if database.is_ready:
        findings += _checked("sending", check_sending)
    domains = sending_domains(from_rows=database.is_ready)
    findings += _checked("transport", lambda: check_transport(domains=domains))
    return [*findings, *_checked("dns", lambda: check_domains(domains))]


def _checked(check: str, act: Callable[[], Iterable[Finding]]) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(act())
    except Exception as failure:
        # Whatever it is: the other checks are still wanted.
        said = " ".join(f"{type(failure).__name__}: {failure}".split())[:300]
        found.append(error(check, f"This could not be checked to its end ({said})."))
    return found

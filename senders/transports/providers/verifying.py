"""Whether a provider knows our key and our domain, asked without sending anything.

Only some tell about the domain with the key that sends; what they do not tell, doctor
does not say.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin

from botocore.exceptions import (  # type: ignore[import-untyped]  # it has none
    BotoCoreError,
    ClientError,
)
from django.conf import settings
from django.utils.translation import gettext as _
from requests import RequestException

from senders.findings import Finding, error, ok, warning
from senders.transports.failures import cut, verdict_on
from senders.transports.providers.calling import Caller
from senders.transports.providers.facts import LogIn, Provider
from senders.transports.providers.said import Said, said_by

SECONDS = (5.0, 10.0)  # to connect, and for the answer
REFUSED = {401, 402, 403}


@dataclass(frozen=True)
class DomainQuestion:
    """How a provider is asked about one domain, with the key of its log-in."""

    path: str
    # True or False where the answer's JSON tells, None where it does not.
    read: Callable[[Any, str], bool | None]
    method: str = "GET"


def _in_list(*way: str, name: str, is_good: Callable[[Any], bool]) -> Any:
    """Reads a list of all domains; one that is verified covers the names under it."""

    def read(answer: Any, domain: str) -> bool | None:
        for key in way:
            answer = answer.get(key) if isinstance(answer, Mapping) else None
        if not isinstance(answer, list):
            return None
        known = [one for one in answer if isinstance(one, Mapping)]
        return any(
            is_good(one) and f".{domain}".endswith(f".{one.get(name, '-')}".lower())
            for one in known
        )

    return read


def _at(*way: str, good: object = True) -> Callable[[Any, str], bool | None]:
    """Reads one value of the answer on this one domain."""

    def read(answer: Any, _domain: str) -> bool | None:
        for key in way:
            answer = answer.get(key) if isinstance(answer, Mapping) else None
        return None if answer is None else answer == good

    return read


QUESTIONS = {
    "brevo": DomainQuestion("senders/domains/{domain}", _at("authenticated")),
    "mailersend": DomainQuestion(
        "domains?limit=100",
        _in_list("data", name="name", is_good=lambda one: one.get("is_verified")),
    ),
    "mailgun": DomainQuestion(
        "domains/{domain}", _at("domain", "state", good="active")
    ),
    "mandrill": DomainQuestion(
        "senders/domains.json",
        _in_list(name="domain", is_good=lambda one: one.get("valid_signing")),
        method="POST",
    ),
    "resend": DomainQuestion(
        "domains",
        _in_list(
            "data", name="name", is_good=lambda one: one.get("status") == "verified"
        ),
    ),
    "scaleway": DomainQuestion(
        "domains?page_size=100",
        _in_list(
            "domains", name="name", is_good=lambda one: one.get("status") == "checked"
        ),
    ),
    "sendgrid": DomainQuestion(
        "whitelabel/domains?limit=200",
        _in_list(name="domain", is_good=lambda one: one.get("valid")),
    ),
    "sparkpost": DomainQuestion(
        "sending-domains/{domain}", _at("results", "status", "ownership_verified")
    ),
}


def check_provider(provider: Provider, *, domains: Sequence[str]) -> Iterator[Finding]:
    """Findings on the key, and on each domain where the provider tells."""
    try:
        caller = Caller(provider, connections=1)
    except Exception as failure:
        # Whatever the backend's settings made it raise.
        yield _refusal(provider, verdict_on(failure).reason)
        return
    try:
        if hasattr(caller.backend, "session"):
            yield from _ask_over_http(caller, domains)
        else:
            yield from _ask_amazon(caller, domains)
    except (RequestException, BotoCoreError, OSError) as failure:
        said = _("%(provider)s cannot be reached (%(answer)s).")
        answer = verdict_on(failure).reason
        yield error("transport", said % {"provider": provider.title, "answer": answer})
    finally:
        caller.close()


def _ask_over_http(caller: Caller, domains: Sequence[str]) -> Iterator[Finding]:
    provider, log_in = caller.provider, caller.provider.log_in
    if log_in is None:
        said = _("%(provider)s has no way to try a key without sending.")
        yield warning("transport", said % {"provider": provider.title})
        return
    by_domain = "{domain}" in log_in.path
    refused = False
    for domain in domains if by_domain else domains[:1] or [""]:
        answer = _ask(caller, log_in, path=log_in.path, domain=domain)
        finding = _on_log_in(provider, answer)
        refused = refused or finding.severity != "ok"
        yield finding
    if not refused:
        for domain in domains:
            yield from _on_domain(caller, log_in, domain)


def _ask(
    caller: Caller, log_in: LogIn, *, path: str, domain: str, method: str = ""
) -> Said:
    """One request, with the key where this provider wants it."""
    backend = caller.backend
    response = backend.session.request(
        method or log_in.method,
        urljoin(backend.api_url, _filled(path, quote(_sent_from(domain), safe=""))),
        headers=_filled(log_in.headers, domain),
        auth=_filled(log_in.basic, domain) if log_in.basic else None,
        json=_filled(log_in.body, domain) if log_in.body is not None else None,
        timeout=SECONDS,
    )
    return said_by(response) or Said(status=0)


def _on_log_in(provider: Provider, said: Said) -> Finding:
    # Some say no with a 200; a good answer may hold any words about the account.
    no = said.status >= 400 or (provider.untaken and provider.untaken.search(said.body))
    about_us = no and provider.about_us and provider.about_us.search(said.body)
    if said.status in REFUSED or about_us:
        return _refusal(provider, f"{said.status} {said.words}")
    if not 0 < said.status < 500 or 300 <= said.status < 400:
        sentence = _("%(provider)s gives no answer that helps (%(answer)s): try later.")
        answer = cut(f"{said.status} {said.words}".strip())
        place = {"provider": provider.title, "answer": answer}
        return warning("transport", sentence % place)
    return ok("transport", _("%(title)s takes our key.") % {"title": provider.title})


def _on_domain(caller: Caller, log_in: LogIn, domain: str) -> Iterator[Finding]:
    question = QUESTIONS.get(settings.TRANSPORT)
    if question is None:
        return
    method, path = question.method, question.path
    # The body of a log-in is the key, for who wants it there, and else of no use here.
    asked = (
        log_in
        if method == "POST"
        else LogIn(method, path, log_in.headers, log_in.basic)
    )
    said = _ask(caller, asked, path=path, domain=domain, method=method)
    is_good: bool | None = None
    if said.status == 404 and "{domain}" in path:
        is_good = False
    elif 200 <= said.status < 300:
        is_good = question.read(said.json, _sent_from(domain))
    place = {"provider": caller.provider.title, "domain": _sent_from(domain)}
    if is_good:
        yield ok("transport", _("%(provider)s has verified %(domain)s.") % place)
    elif is_good is not None:
        yield error("transport", _unverified() % place)


def _ask_amazon(caller: Caller, domains: Sequence[str]) -> Iterator[Finding]:
    client, provider = caller.backend.client, caller.provider
    try:
        account = client.get_account()
    except ClientError as refusal:
        yield _on_amazons_refusal(provider, refusal)
        return
    if not account.get("SendingEnabled", True):
        yield _refusal(provider, "sending is paused")
    elif not account.get("ProductionAccessEnabled", True):
        said = _(
            "%(provider)s takes our key, but the account is still in its sandbox, "
            "which mails verified addresses only: ask for production access."
        )
        yield warning("transport", said % {"provider": provider.title})
    else:
        yield ok("transport", _("%(title)s takes our key.") % {"title": provider.title})
    for domain in domains:
        yield from _on_amazons_domain(caller, domain)


def _on_amazons_domain(caller: Caller, domain: str) -> Iterator[Finding]:
    place = {"provider": caller.provider.title, "domain": domain}
    try:
        identity = caller.backend.client.get_email_identity(EmailIdentity=domain)
    except ClientError as refusal:
        if refusal.response.get("Error", {}).get("Code") == "NotFoundException":
            # One address of it, or a domain above it, may be verified all the same.
            said = _(
                "%(provider)s does not know %(domain)s as an identity of its own: "
                "verify it there."
            )
            yield warning("transport", said % place)
        return
    if identity.get("VerifiedForSendingStatus"):
        yield ok("transport", _("%(provider)s has verified %(domain)s.") % place)
    else:
        yield error("transport", _unverified() % place)


def _on_amazons_refusal(provider: Provider, refusal: ClientError) -> Finding:
    code = str(refusal.response.get("Error", {}).get("Code", ""))
    if code.startswith("AccessDenied"):
        said = _("%(provider)s knows our key, which may not ask about the account.")
        return warning("transport", said % {"provider": provider.title})
    answer = said_by(refusal.response)
    return _refusal(provider, f"{answer.status} {answer.words}" if answer else code)


def _refusal(provider: Provider, answer: str) -> Finding:
    said = _("%(provider)s does not let us in (%(answer)s): mend its settings.")
    place = {"provider": provider.title, "answer": cut(answer)}
    return error("transport", said % place)


def _unverified() -> str:
    return _(
        "%(provider)s has not verified %(domain)s, so it refuses mail from there: "
        "add the domain in your account, and the records that it asks for in DNS."
    )


def _sent_from(domain: str) -> str:
    """Mailgun may be told to send from another domain than that of From."""
    return str(settings.ANYMAIL.get("MAILGUN_SENDER_DOMAIN", domain))


def _filled(value: Any, domain: str) -> Any:
    """The value with every {NAME} of the settings, and {domain}, in its texts."""
    if isinstance(value, Mapping):
        return {key: _filled(part, domain) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_filled(part, domain) for part in value)
    if not isinstance(value, str):
        return value
    for name, own in [*settings.ANYMAIL.items(), ("domain", domain)]:
        value = value.replace(f"{{{name}}}", str(own))
    return value

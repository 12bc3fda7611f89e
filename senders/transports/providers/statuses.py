"""What a provider said of each recipient of one call, as verdicts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.mail import EmailMessage

from senders.text import one_line
from senders.transports.base import Kind, Message, Verdict
from senders.transports.failures import cut
from senders.transports.providers.facts import Provider
from senders.transports.providers.said import Said, said_by

TAKEN = {"sent", "queued"}  # anymail's words, as below
ADDRESS = {"rejected", "invalid"}  # whoever writes to it


def verdicts_on(
    mail: EmailMessage, messages: Sequence[Message], *, provider: Provider
) -> list[Verdict]:
    """One verdict for each message of a call that was taken, in order."""
    status = getattr(mail, "anymail_status", None)
    found = _by_address(getattr(status, "recipients", {}), messages)
    ones = [found.get(message.recipient.casefold()) for message in messages]
    if all(_is_taken(one) for one in ones):
        return [_sent(one) for one in ones]
    answer = said_by(getattr(status, "esp_response", None)) or Said(status=200)
    parts = (
        answer.part_on(message.recipient, place=place, count=len(messages))
        for place, message in enumerate(messages)
    )
    return [
        _sent(one) if _is_taken(one) else _untaken(one, part, provider)
        for one, part in zip(ones, parts, strict=True)
    ]


def _by_address(
    recipients: Mapping[str, Any], messages: Sequence[Message]
) -> dict[str, Any]:
    """Each recipient's status, whatever the case in which the provider names it."""
    if len(messages) == len(recipients) == 1:
        return {messages[0].recipient.casefold(): next(iter(recipients.values()))}
    # anymail adds a "failed" of its own where a provider changed an address's case.
    found: dict[str, Any] = {}
    for address, one in recipients.items():
        name = str(address).casefold()
        if not _is_taken(found.get(name)):
            found[name] = one
    return found


def _untaken(one: Any, part: Said, provider: Provider) -> Verdict:
    """The verdict on a recipient of whom it is not said that the mail is taken."""
    status = getattr(one, "status", None)
    words = part.words or status or "no word of this address"
    reason = cut(f"{provider.title}: {words}")
    if provider.about_us and provider.about_us.search(part.body):
        return Verdict(Kind.BROKEN, reason)
    if status in ADDRESS:
        return Verdict(Kind.REFUSED, reason)
    if status == "failed" or part.status >= 400:
        return Verdict(Kind.REFUSED, reason, after_body=True)
    if one is not None and provider.unknown_is_taken:
        return _sent(one)
    return Verdict(Kind.IN_DOUBT, reason)


def _is_taken(one: Any) -> bool:
    return getattr(one, "status", None) in TAKEN


def _sent(one: Any) -> Verdict:
    return Verdict(Kind.SENT, provider_id=one_line(str(one.message_id or "")))

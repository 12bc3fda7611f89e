"""A mail as a person reads it, from its bytes. A broken one opens as far as it goes."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr, parsedate_to_datetime

# What the email package raises for bytes that no mailer ought to have written.
BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError)
SECRET = "private"  # as Sensitivity says it (RFC 2156)
HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)


@dataclass(frozen=True)
class OpenedMail:
    subject: str
    sender: str
    recipient: str
    at: datetime | None
    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    source: str
    is_secret: bool  # for its reader alone: it holds a key


@dataclass(frozen=True)
class Envelope:
    """As much as a list of mails shows."""

    name: str
    subject: str
    is_bulletin: bool
    is_test: bool  # a bulletin that an editor sent to herself


def open_mail(source: bytes) -> OpenedMail:
    """Read all of a mail; what cannot be read is empty, and nothing is raised."""
    message = message_from_bytes(source, policy=policy.default)
    headers = _headers(message, source)
    first = {name.lower(): value for name, value in reversed(headers)}
    return OpenedMail(
        subject=first.get("subject", ""),
        sender=first.get("from", ""),
        recipient=first.get("to", ""),
        at=_moment(first.get("date", "")),
        headers=tuple(headers),
        html=_part(message, "html"),
        text=_part(message, "plain"),
        source=source.decode("utf-8", "replace"),
        is_secret=first.get("sensitivity", "").strip().lower() == SECRET,
    )


def read_envelope(source: bytes) -> Envelope:
    """Read the headers alone; nothing is raised."""
    headers = BytesHeaderParser(policy=policy.default).parsebytes(source)
    recipient = _header(headers, source, "To")
    subject = _header(headers, source, "Subject")
    return Envelope(
        name=parseaddr(recipient)[0] or parseaddr(recipient)[1] or recipient,
        subject=subject,
        is_bulletin="List-Id" in headers,
        is_test=subject.startswith("[Test] "),
    )


def framed(html: str) -> str:
    """The HTML with every link opening beside it: its frame can go nowhere."""
    target = '<base target="_blank">'
    head = HEAD.search(html)
    if head is None:
        return target + html
    return html[: head.end()] + target + html[head.end() :]


def _headers(message: Message, source: bytes) -> list[tuple[str, str]]:
    try:
        return [(name, str(value)) for name, value in message.items()]
    except BROKEN:
        return _plain_headers(source)


def _header(message: Message, source: bytes, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except BROKEN:
        plain = {key.lower(): value for key, value in _plain_headers(source)}
        return plain.get(name.lower(), "")


def _plain_headers(source: bytes) -> list[tuple[str, str]]:
    """The headers as they stand, undecoded."""
    plain = BytesHeaderParser(policy=policy.compat32).parsebytes(source)
    return [(name, str(value)) for name, value in plain.items()]


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except BROKEN:
        return None
    return moment if moment.tzinfo else None


def _part(message: Message, kind: str) -> str:
    """The first part of this kind, decoded; empty where there is none."""
    try:
        parts = [
            part
            for part in message.walk()
            if part.get_content_type() == f"text/{kind}" and not _is_attached(part)
        ]
    except (*BROKEN, RecursionError):
        return ""
    return _decoded(parts[0]) if parts else ""


def _is_attached(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except BROKEN:
        return False


def _decoded(part: Message) -> str:
    try:
        return str(part.get_content()) if isinstance(part, EmailMessage) else ""
    except BROKEN:
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""

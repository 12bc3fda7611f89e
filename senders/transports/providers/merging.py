"""Messages become the mail that anymail is given: for one reader, or for many.

Nobody sees another's address, and what a reader gets is `Message.subject`, `text` and
`html`, whatever a value or the bulletin itself holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as MimeMessage
from typing import Any

from django.core.mail import EmailMultiAlternatives

from senders.transports.backend import ExactMessage
from senders.transports.base import Frame, Message
from senders.transports.providers.facts import Carries, Merge, Provider, Where
from senders.transports.providers.places import Sheet, filled, tamed, tamed_mailbox

MOST_BYTES = 8_000_000  # of the texts of one call; providers take ten and more
LINK = "List-Unsubscribe"
ID = "delivery"  # the name of what comes back with a provider's reports


@dataclass(frozen=True)
class Whole:
    """One reader's mail in a call that carries each as a whole."""

    subject: str
    text: str
    html: str
    values: Mapping[str, str]  # what the provider puts in for its own syntax
    link: str  # of leaving
    tag: str


class ProviderMail(EmailMultiAlternatives):
    """A mail with what anymail and our payloads read from it as attributes."""

    wholes: Sequence[Whole] = ()  # one for each of `to`, in its order
    idempotency_key = ""  # for a header of the request
    merge_data: Mapping[str, Mapping[str, str]]

    def say(self, **attributes: Any) -> None:
        """Set what anymail looks for; what is empty stays unsaid."""
        for name, value in attributes.items():
            if value or value is False:
                setattr(self, name, value)


class RawMail(ProviderMail):
    """A mail whose bytes are ours, for a provider that takes bytes."""

    content = b""

    def message(self) -> MimeMessage:  # type: ignore[override]  # no SafeMIMEText: it would be encoded anew
        mime = message_from_bytes(self.content, _class=MarkedMessage)
        mime.content = self.content
        return mime


class MarkedMessage(ExactMessage):
    """The very bytes, below the headers that anymail adds."""

    def __setitem__(self, name: str, val: Any) -> None:
        super().__setitem__(name, val)
        self.content = f"{name}: {val}\r\n".encode() + self.content


def batches(messages: Sequence[Message], provider: Provider) -> list[list[Message]]:
    """The messages in their order, cut into what each call may carry."""
    calls: list[_Call] = []
    for message in messages:
        if not calls or not calls[-1].has_room_for(message):
            calls.append(_Call(provider.merge))
        calls[-1].add(message)
    return [call.messages for call in calls]


def single_mail(
    message: Message, provider: Provider, *, key: str = ""
) -> EmailMultiAlternatives:
    """The mail of a call for one reader; `key` makes it idempotent where it can be."""
    mail = RawMail(
        subject=message.subject,
        body=message.text,
        from_email=message.from_header,
        to=[message.to_header],
        reply_to=_reply_to(message),
        headers=_headers(message, provider),
    )
    mail.content = message.content
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    if provider.carries is Carries.TAG:
        mail.say(tags=[_tag(message)])
    else:
        mail.say(metadata=_metadata(message))
    return _said_to(provider, mail, key)


def batch_mail(
    messages: Sequence[Message], provider: Provider, *, key: str = ""
) -> EmailMultiAlternatives:
    """The mail of a call for all of these, which are one of `batches`.

    Raises ValueError for a provider that takes one mail a call.
    """
    if provider.merge is None:
        raise ValueError(f"{provider.title} takes one mail a call.")
    put = _put_whole if provider.merge.whole else _put_in_places
    first = messages[0]
    mail = ProviderMail(
        from_email=tamed_mailbox(first.from_header, provider.merge),
        to=[tamed_mailbox(one.to_header, provider.merge) for one in messages],
        reply_to=_reply_to(first),
    )
    put(mail, messages, provider.merge)
    _say_who_gets_what(mail, messages, provider)
    return _said_to(provider, mail, key)


class _Call:
    """The messages of one call, while they are gathered."""

    def __init__(self, merge: Merge | None) -> None:
        self.merge = merge
        self.messages: list[Message] = []
        self._addresses: set[str] = set()
        self._bytes = 0

    def has_room_for(self, message: Message) -> bool:
        if self.merge is None or len(self.messages) >= self.merge.most:
            return False
        frame = _frame_of(message, self.merge)
        return (
            frame is not None
            and frame is _frame_of(self.messages[0], self.merge)
            # Some providers know a reader by an address in small letters.
            and message.recipient.casefold() not in self._addresses
            and self._bytes + self._size(message) <= MOST_BYTES
        )

    def add(self, message: Message) -> None:
        self.messages.append(message)
        self._addresses.add(message.recipient.casefold())
        self._bytes += self._size(message)

    def _size(self, message: Message) -> int:
        if self.merge and not self.merge.whole:
            return _size_of_values(message)
        return len(message.text) + len(message.html)


def _put_in_places(
    mail: ProviderMail, messages: Sequence[Message], merge: Merge
) -> None:
    """The texts once, with places in the provider's syntax, and each one's values."""
    first, sheet = messages[0], Sheet(merge)
    frame = _frame_of(first, merge)
    alike = all(one.subject == first.subject for one in messages)
    mail.subject = sheet.subject(first.subject if alike else None)
    mail.body = sheet.text(frame.text if frame else [first.text])
    html = sheet.html(frame.html if frame else [first.html])
    if html:
        mail.attach_alternative(html, "text/html")
    framed = frame is not None
    mail.say(
        merge_data={
            message.recipient: sheet.values_of(message, framed=framed)
            for message in messages
        }
    )


def _put_whole(mail: ProviderMail, messages: Sequence[Message], merge: Merge) -> None:
    """Each mail as a whole; what the call says for all is nobody's own."""
    frame = messages[0].frame
    blank = [""] * len(messages[0].values)
    mail.subject = "…"
    mail.body = filled(frame.text, blank) if frame else "…"
    mail.attach_alternative(filled(frame.html, blank) if frame else "…", "text/html")
    mail.wholes = [_whole(message, merge) for message in messages]
    if len(messages) > 1:
        # anymail: a mail for each, though there is nothing to put in.
        mail.merge_data = {}


def _whole(message: Message, merge: Merge) -> Whole:
    sheet = Sheet(merge)
    return Whole(
        subject=sheet.whole(message.subject),
        text=sheet.whole(message.text),
        html=sheet.whole(message.html),
        values=sheet.guarded(),
        link=_link(message),
        tag=_tag(message),
    )


def _say_who_gets_what(
    mail: ProviderMail, messages: Sequence[Message], provider: Provider
) -> None:
    """Headers and the delivery's id, by the address exactly as it stands in `to`."""
    merge = provider.merge
    each = {message.recipient: _headers(message, provider) for message in messages}
    if merge and not merge.headers_each:
        own = LINK if LINK.lower() not in provider.leaves_out else ""
        mail.extra_headers = {
            name: value
            for name, value in each[messages[0].recipient].items()
            if name != own
        }
        each = {address: {own: all_[own]} for address, all_ in each.items() if own}
    mail.say(merge_headers=each)
    if provider.carries is Carries.METADATA:
        metadata = {message.recipient: _metadata(message) for message in messages}
        mail.say(merge_metadata=metadata)


def _said_to(provider: Provider, mail: ProviderMail, key: str) -> ProviderMail:
    """The mail with what is the same for all: no tracking, and its key."""
    mail.say(esp_extra=dict(provider.extra), **provider.quiet)
    if key and provider.idempotency:
        if provider.idempotency.where is Where.MAIL_HEADERS:
            mail.extra_headers[provider.idempotency.name] = key
        else:
            mail.idempotency_key = key
    return mail


def _headers(message: Message, provider: Provider) -> dict[str, str]:
    """Those of the message that the provider may be given, and its own switches."""
    kept = {
        name: _as_header(value, provider)
        for name, value in message.headers
        if name.lower() not in provider.leaves_out
    }
    return kept | dict(provider.headers)


def _as_header(value: str, provider: Provider) -> str:
    if provider.decodes_headers and "=?" in value:
        value = value[value.rfind("<") :]  # a List-Id without its phrase
    return tamed(value, provider.merge)


def _frame_of(message: Message, merge: Merge) -> Frame | None:
    """What it shares with others; None for a message that has to go alone."""
    if not merge.whole and _size_of_values(message) > merge.most_bytes:
        return None
    return message.frame


def _size_of_values(message: Message) -> int:
    return sum(len(value.encode()) for value in message.values)


def _reply_to(message: Message) -> list[str] | None:
    return [message.reply_to] if message.reply_to else None


def _link(message: Message) -> str:
    return dict(message.headers).get(LINK, "").strip("<>")


def _metadata(message: Message) -> dict[str, str]:
    return {ID: str(message.key)}


def _tag(message: Message) -> str:
    return f"{ID}-{message.key}"

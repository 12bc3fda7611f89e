"""Any Django e-mail backend: the demo's outbox, or a provider through anymail."""

import time
from collections.abc import Sequence
from email import message_from_bytes
from email.message import Message as MimeMessage

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from senders.transports.base import Broken, Busy, Kind, Message, Verdict
from senders.transports.failures import verdict_on

LEASE_SHARE = 0.9
GROUP_SECONDS = 2.0  # about how long a group may be in the provider's hands


class BackendTransport:
    """One call of settings.EMAIL_BACKEND for each message."""

    def __init__(self) -> None:
        self.name: str = settings.TRANSPORT
        self.most: int = settings.BATCH
        self.backend: BaseEmailBackend | None = None
        self.seconds = GROUP_SECONDS  # a message; learnt from those that left

    def connect(self, wanted: int) -> int:
        """As many as a provider this quick takes in some seconds."""
        if self.backend is None:
            self.backend = _opened()
        budget = min(GROUP_SECONDS, settings.LEASE_SECONDS / 4)
        return max(1, min(wanted, self.most, int(budget / self.seconds)))

    def hand_over(self, messages: Sequence[Message]) -> list[Verdict]:
        deadline = time.monotonic() + settings.LEASE_SECONDS * LEASE_SHARE
        verdicts: list[Verdict] = []
        for message in messages:
            broken = verdicts and verdicts[-1].kind is Kind.BROKEN
            if broken:
                verdicts.append(verdicts[-1])
            elif time.monotonic() > deadline:
                verdicts.append(Verdict(Kind.BUSY, "the provider was too slow"))
            else:
                verdicts.append(self._hand_over(message))
        return verdicts

    def close(self) -> None:
        if self.backend:
            self.backend.close()
        self.backend = None

    def _hand_over(self, message: Message) -> Verdict:
        begun = time.monotonic()
        mail = CompiledMail(message)
        try:
            taken = (self.backend or get_connection()).send_messages([mail])
        except Exception as error:
            # Whatever a backend raises has to become one answer for this message.
            return verdict_on(error)
        took = max(time.monotonic() - begun, 0.0001)
        self.seconds = took if took > self.seconds else (self.seconds + took) / 2
        if taken == 0:
            return Verdict(Kind.BUSY, "the backend took no message")
        return Verdict(Kind.SENT, provider_id=_provider_id(mail))


class CompiledMail(EmailMultiAlternatives):
    """A Django mail whose bytes are ours, for backends that take bytes, and whose
    parts say the same, for those that take parts."""

    def __init__(self, message: Message) -> None:
        super().__init__(
            subject=message.subject,
            body=message.text,
            from_email=message.from_header,
            to=[message.to_header],
            reply_to=[message.reply_to] if message.reply_to else None,
            headers=dict(message.headers),
        )
        if message.html:
            self.attach_alternative(message.html, "text/html")
        self.metadata = {"delivery": str(message.key)}  # anymail's name for it
        self.compiled = message

    def recipients(self) -> list[str]:
        return [self.compiled.recipient]

    def message(self) -> MimeMessage:  # type: ignore[override]  # no SafeMIMEText: it would be encoded anew
        mime = message_from_bytes(self.compiled.content, _class=ExactMessage)
        mime.content = self.compiled.content
        return mime


class ExactMessage(MimeMessage):
    """Parsed for who looks at its headers; written as the very bytes it came from."""

    content = b""

    def as_bytes(
        self,
        unixfrom: bool = False,
        policy: object = None,
        linesep: str = "\r\n",
    ) -> bytes:
        return self.content


def _opened() -> BaseEmailBackend:
    """The backend, ready. Raises Broken where its settings are wrong."""
    backend: BaseEmailBackend
    try:
        backend = get_connection()
        backend.open()
    except Exception as error:
        verdict = verdict_on(error)
        if verdict.kind is Kind.BUSY:
            raise Busy(verdict.reason, retry_after=verdict.retry_after) from error
        raise Broken(verdict.reason) from error
    return backend


def _provider_id(mail: CompiledMail) -> str:
    status = getattr(mail, "anymail_status", None)
    message_id = getattr(status, "message_id", None)
    return message_id if isinstance(message_id, str) else ""

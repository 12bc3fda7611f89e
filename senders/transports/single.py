"""One letter by Django's e-mail backend, with the same verdicts as any other mail."""

import contextlib
import smtplib
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from bode.environment import smtp_settings
from senders.models import Letter
from senders.transports.answers import Reply, Stage, judge
from senders.transports.base import Kind, Message, Verdict
from senders.transports.failures import verdict_on
from senders.transports.providers import PROVIDERS
from senders.transports.providers.calling import Caller
from senders.transports.providers.facts import Provider
from senders.transports.providers.statuses import verdicts_on
from senders.transports.unsaid import unsaid

SMTP = "django.core.mail.backends.smtp.EmailBackend"
TIMEOUT = 30  # seconds for each answer of a server: bulletins wait meanwhile


def send_letter(letter: Letter) -> Verdict:
    """Hand one letter over and say what came of it; raises nothing."""
    provider = PROVIDERS.get(settings.TRANSPORT)
    if provider and not _has_a_way_of_its_own(letter):
        return _by_provider(letter, provider)
    try:
        way = way_of(letter)
        with contextlib.ExitStack() as ending:
            ending.callback(_hang_up, way)
            taken = way.send_messages([as_mail(letter)])
    except smtplib.SMTPException as error:
        return _judge(error)
    except Exception as error:
        # Whatever a backend raises has to become one answer for this letter.
        return verdict_on(error)
    if not taken:
        return Verdict(Kind.BUSY, "the backend took no letter")
    return Verdict(Kind.SENT)


def as_mail(letter: Letter) -> EmailMessage:
    """The mail of a letter: the same at every try, so that a second copy shows.

    `Auto-Submitted` (RFC 3834) keeps machines from answering it; `Sensitivity`
    (RFC 2156) says that it is for its reader alone: it holds a key.
    """
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {
        "Auto-Submitted": "auto-generated",
        "Message-ID": f"<letter.{letter.created_at:%Y%m%d%H%M%S}.{letter.pk}@{domain}>",
    }
    if letter.is_secret:
        headers["Sensitivity"] = "Private"
    return EmailMessage(
        subject=letter.subject,
        body=letter.text,
        to=[letter.recipient],
        headers=headers,
    )


def way_of(letter: Letter) -> BaseEmailBackend:
    """Alerts leave by ALERT_SMTP_URL where it is set: TRANSPORT may be what fails."""
    backend: BaseEmailBackend
    if _has_a_way_of_its_own(letter):
        return _smtp(smtp_settings(settings.ALERT_SMTP_URL, name="ALERT_SMTP_URL"))
    backend = get_connection(timeout=TIMEOUT)
    return backend


def _hang_up(way: BaseEmailBackend) -> None:
    """Django leaves the line open on which a log-in was refused. Without a QUIT: who
    is silent would be waited for."""
    for line in vars(way).values():
        if isinstance(line, smtplib.SMTP):
            line.close()


def _has_a_way_of_its_own(letter: Letter) -> bool:
    return letter.kind == Letter.ALERT and bool(settings.ALERT_SMTP_URL)


def _by_provider(letter: Letter, provider: Provider) -> Verdict:
    """In one call; what is opened or followed in a letter is nobody's business."""
    mail = as_mail(letter)
    mail.extra_headers = {
        name: value
        for name, value in mail.extra_headers.items()
        if name.lower() not in provider.leaves_out
    } | dict(provider.headers)
    mail.esp_extra = dict(provider.extra)  # type: ignore[attr-defined]  # anymail's
    for name, value in provider.quiet.items():
        setattr(mail, name, value)
    try:
        caller = Caller(provider, connections=1)
        with contextlib.closing(caller):
            caller.call(mail)
        (verdict,) = verdicts_on(mail, [_named(letter)], provider=provider)
    except Exception as error:
        # Whatever a backend raises has to become one answer for this letter.
        return verdict_on(error, provider=provider)
    return verdict


def _named(letter: Letter) -> Message:
    """As much of a message as an answer is matched with."""
    return Message(
        key=letter.pk,
        mail_from="",
        recipient=letter.recipient,
        content=b"",
        subject=letter.subject,
        from_header="",
        to_header=letter.recipient,
        reply_to="",
    )


def _smtp(settings_of_way: dict[str, Any]) -> BaseEmailBackend:
    backend: BaseEmailBackend = get_connection(
        SMTP,
        host=settings_of_way["EMAIL_HOST"],
        port=settings_of_way["EMAIL_PORT"],
        username=settings_of_way["EMAIL_HOST_USER"],
        password=settings_of_way["EMAIL_HOST_PASSWORD"],
        use_ssl=settings_of_way["EMAIL_USE_SSL"],
        use_tls=settings_of_way["EMAIL_USE_TLS"],
        timeout=TIMEOUT,
    )
    return backend


def _judge(error: smtplib.SMTPException) -> Verdict:
    """What smtplib raised, as the answer that it was."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return judge(Stage.RCPT, _reply(code, text))
    if isinstance(error, smtplib.SMTPDataError):
        return judge(Stage.BODY, _reply(error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPResponseException):
        return judge(Stage.MAIL, _reply(error.smtp_code, error.smtp_error))
    return verdict_on(error)


def _reply(code: int, text: bytes | str) -> Reply:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return Reply(code, unsaid(said))

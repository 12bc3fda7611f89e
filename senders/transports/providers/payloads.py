"""anymail's backends, where a provider can do more than anymail says for it.

A ProviderMail may bring a whole mail for each of its readers; any other mail is left
to anymail as it is.
"""

import threading
import warnings
from collections.abc import Sequence
from typing import Any

from anymail.backends import brevo, mailersend, mailjet, mailtrap, resend, sendgrid
from anymail.exceptions import AnymailNotSupportedWarning
from django.core.mail import EmailMessage

from senders.transports.providers.merging import Whole

_ONE_WARNING_AT_A_TIME = threading.Lock()  # catch_warnings is not safe among threads


class BrevoPayload(brevo.BrevoPayload):
    def serialize_json(self, data: Any) -> str:
        if data is self.data:
            for version, whole in _pairs(data.get("messageVersions", []), self.message):
                version["subject"] = whole.subject
                version["textContent"] = whole.text
                version["htmlContent"] = whole.html
                if whole.values:
                    version["params"] = dict(whole.values)
        return str(super().serialize_json(data))


class BrevoBackend(brevo.EmailBackend):
    """Each version of a call may have parts of its own."""

    def build_message_payload(
        self, message: EmailMessage, defaults: dict[str, Any]
    ) -> BrevoPayload:
        return BrevoPayload(message, defaults, self)


class MailerSendPayload(mailersend.MailerSendPayload):
    def serialize_json(self, data: Any) -> str:
        mails = data if isinstance(data, list) else [data]
        for mail, whole in _pairs(mails, self.message):
            mail["subject"], mail["text"] = whole.subject, whole.text
            mail["html"], mail["tags"] = whole.html, [whole.tag]
            mail["list_unsubscribe"] = whole.link
        return str(super().serialize_json(data))


class MailerSendBackend(mailersend.EmailBackend):
    """A bulk call is a list of mails; the leave link has a field of its own."""

    def build_message_payload(
        self, message: EmailMessage, defaults: dict[str, Any]
    ) -> MailerSendPayload:
        return MailerSendPayload(message, defaults, self)


class MailjetPayload(mailjet.MailjetPayload):
    def serialize_json(self, data: Any) -> str:
        if data is self.data:
            for mail, whole in _pairs(data["Messages"], self.message):
                mail["Subject"], mail["TextPart"] = whole.subject, whole.text
                mail["HTMLPart"] = whole.html
        return str(super().serialize_json(data))


class MailjetBackend(mailjet.EmailBackend):
    """Each of a call's messages may have parts of its own."""

    def build_message_payload(
        self, message: EmailMessage, defaults: dict[str, Any]
    ) -> MailjetPayload:
        return MailjetPayload(message, defaults, self)


class MailtrapPayload(mailtrap.MailtrapPayload):
    def burst_for_batch(self) -> Any:
        call = super().burst_for_batch()
        for request, whole in _pairs(call["requests"], self.message):
            request["subject"], request["text"] = whole.subject, whole.text
            request["html"] = whole.html
        return call


class MailtrapBackend(mailtrap.EmailBackend):
    """Each request of a call may have parts of its own."""

    def build_message_payload(
        self, message: EmailMessage, defaults: dict[str, Any]
    ) -> MailtrapPayload:
        return MailtrapPayload(message, defaults, self)


class ResendPayload(resend.ResendPayload):
    def get_request_params(self, api_url: str) -> Any:
        if key := getattr(self.message, "idempotency_key", ""):
            self.headers["Idempotency-Key"] = key
        return super().get_request_params(api_url)


class ResendBackend(resend.EmailBackend):
    """The key by which Resend knows a request again is a header of the request."""

    def build_message_payload(
        self, message: EmailMessage, defaults: dict[str, Any]
    ) -> ResendPayload:
        return ResendPayload(message, defaults, self)


class SendGridBackend(sendgrid.EmailBackend):
    """Without a warning at every start that anymail no longer tests it."""

    def __init__(self, **kwargs: Any) -> None:
        with _ONE_WARNING_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore", AnymailNotSupportedWarning)
            super().__init__(**kwargs)


def _pairs(
    parts: list[dict[str, Any]], message: EmailMessage
) -> list[tuple[dict[str, Any], Whole]]:
    """Each reader's part of a call with their mail; none where the mail is no batch."""
    wholes: Sequence[Whole] = getattr(message, "wholes", ())
    return list(zip(parts, wholes, strict=True)) if wholes else []

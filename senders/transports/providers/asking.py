"""What one call of a provider came to, asked again where that is safe.

Without a connection nothing left, so it tries for half a minute. With an idempotency
key a call whose end nobody knows is repeated as it was: the provider takes it once.
"""

import threading
import time
import uuid
from collections.abc import Sequence

from django.core.mail import EmailMessage

from senders.transports.base import Kind, Message, Verdict
from senders.transports.failures import cut, is_unreached, verdict_on
from senders.transports.providers.calling import Caller
from senders.transports.providers.facts import Provider
from senders.transports.providers.merging import batch_mail, single_mail
from senders.transports.providers.said import said_by
from senders.transports.providers.statuses import verdicts_on

NO_CONNECTION = 30.0  # seconds of trying before the provider counts as gone
AGAIN = 0.5  # seconds between two tries
SAME_KEY = (0.5, 2.0, 5.0)  # seconds before each repetition of a call in doubt

# A verdict for each message, or one for all: nothing was taken, or nobody knows.
Answer = list[Verdict] | Verdict


class Asker:
    """A provider, open. Used by several threads at once."""

    def __init__(
        self, provider: Provider, *, connections: int, stop: threading.Event
    ) -> None:
        """Raises what the backend raises where its settings are wrong."""
        self.provider = provider
        self.stop = stop
        self.caller = Caller(provider, connections=connections)

    def ask(self, messages: Sequence[Message], *, deadline: float) -> Answer:
        """One call for these; raises nothing."""
        try:
            mail = self._mail(messages)
        except Exception as error:
            # Whatever it is, it concerns these mails and nobody has seen them.
            reason = cut(f"the mail cannot be made: {type(error).__name__}: {error}")
            return Verdict(Kind.REFUSED, reason, after_body=True)
        try:
            answer = self._call(mail, messages, deadline)
            if not self.provider.idempotency or not _is_in_doubt(answer):
                return answer
            return self._same_again(mail, messages, deadline) or answer
        except Exception as error:
            # An answer that we stumble over: what it was about may have left.
            return verdict_on(error, provider=self.provider)

    def refresh(self) -> None:
        self.caller.refresh()

    def close(self) -> None:
        self.caller.close()

    def _mail(self, messages: Sequence[Message]) -> EmailMessage:
        key = str(uuid.uuid4())
        if self.provider.merge is None:
            return single_mail(messages[0], self.provider, key=key)
        return batch_mail(messages, self.provider, key=key)

    def _call(
        self, mail: EmailMessage, messages: Sequence[Message], deadline: float
    ) -> Answer:
        until = min(time.monotonic() + NO_CONNECTION, deadline)
        while True:
            try:
                self.caller.call(mail)
            except Exception as error:
                # Whatever a backend raises has to become an answer.
                unreached = is_unreached(error)
                if not unreached or time.monotonic() + AGAIN > until:
                    return self._judge(error, mail, messages)
                if self.stop.wait(AGAIN):
                    return Verdict(Kind.BUSY, "asked to stop without a connection")
            else:
                return verdicts_on(mail, messages, provider=self.provider)

    def _same_again(
        self, mail: EmailMessage, messages: Sequence[Message], deadline: float
    ) -> Answer | None:
        """The answer to the same call with the same key, or None where still in doubt.

        "Later" answers nothing: the first may be what keeps the provider busy. Nor does
        a refusal, where the provider does not repeat its first answer: it may be of the
        key, in words that we do not know.
        """
        for wait in SAME_KEY:
            if time.monotonic() + wait > deadline or self.stop.wait(wait):
                return None
            try:
                self.caller.call(mail)
            except Exception as error:
                if self._was_taken(error):
                    return [Verdict(Kind.SENT)] * len(messages)
                answer = self._judge(error, mail, messages)
                if isinstance(answer, Verdict) and not self._settles(answer):
                    continue
                return answer
            return verdicts_on(mail, messages, provider=self.provider)
        return None

    def _judge(
        self, error: Exception, mail: EmailMessage, messages: Sequence[Message]
    ) -> Answer:
        status = getattr(mail, "anymail_status", None)
        if getattr(status, "recipients", None):
            # All were refused, each for a reason of its own.
            return verdicts_on(mail, messages, provider=self.provider)
        verdict = verdict_on(error, provider=self.provider)
        if verdict.kind is Kind.IN_DOUBT and not getattr(mail, "has_left", False):
            # anymail stumbled over the mail before it asked.
            return Verdict(Kind.REFUSED, verdict.reason, after_body=True)
        return verdict

    def _settles(self, answer: Verdict) -> bool:
        key = self.provider.idempotency
        return answer.kind is Kind.REFUSED and bool(key and key.taken is None)

    def _was_taken(self, error: Exception) -> bool:
        """Whether the provider says that it has seen the key before."""
        known = self.provider.idempotency and self.provider.idempotency.taken
        said = said_by(getattr(error, "response", None))
        return bool(known and said and known.search(said.body))


def _is_in_doubt(answer: Answer) -> bool:
    return isinstance(answer, Verdict) and answer.kind is Kind.IN_DOUBT

"""The SMTP relay: a few lasting connections, on each one message at a time."""

import contextlib
import re
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from senders.transports.answers import LONGEST_REASON, Reply, Stage, judge
from senders.transports.base import Broken, Busy, Kind, Message, Stopped, Verdict
from senders.transports.unsaid import unsaid
from senders.transports.wire import ConnectionLost, Wire

NO_CONNECTION = 30.0  # seconds of trying before the relay counts as gone
AGAIN = 0.5  # seconds between two tries
GROW_AGAIN = 600.0  # seconds until more connections are asked for than were given
GOODBYE = 2.0  # seconds for QUIT
LEASE_SHARE = 0.9  # of the lease: a message has its verdict while the row is ours
_DOT = re.compile(rb"^\.", re.MULTILINE)


class SmtpTransport:
    """Up to SMTP_CONNECTIONS connections to the relay of SMTP_URL."""

    name = "smtp"

    def __init__(self, *, stop: threading.Event) -> None:
        self.stop = stop
        self.most: int = settings.SMTP_CONNECTIONS
        self.lines = [Line() for _ in range(self.most)]
        self.pool: ThreadPoolExecutor | None = None
        self.grow_at = 0.0

    def connect(self, wanted: int) -> int:
        """Be connected, and return how many of `wanted` can go at once.

        Raises Broken for an answer about us, or where there was no connection for
        NO_CONNECTION seconds; Busy where the server says "not now"; Stopped.
        """
        wanted = min(wanted, self.most)
        if not self._ready():
            self._connect_first()
        missing = wanted - len(self._ready())
        if missing > 0 and time.monotonic() >= self.grow_at:
            self._grow(missing)
        return min(wanted, len(self._ready()))

    def hand_over(self, messages: Sequence[Message]) -> list[Verdict]:
        """One verdict for each, in order, before the lease is over."""
        deadline = time.monotonic() + settings.LEASE_SECONDS * LEASE_SHARE
        lines = sorted(self.lines, key=lambda line: line.wire is None)
        pairs = zip(lines, messages, strict=False)
        if len(messages) == 1:
            return [lines[0].hand_over(messages[0], deadline=deadline)]
        going = [
            self._threads().submit(line.hand_over, message, deadline=deadline)
            for line, message in pairs
        ]
        return [one.result() for one in going]

    def close(self) -> None:
        for line in self.lines:
            line.say_goodbye()
        if self.pool:
            self.pool.shutdown()
        self.pool = None

    def _ready(self) -> list["Line"]:
        return [line for line in self.lines if line.wire]

    def _threads(self) -> ThreadPoolExecutor:
        if self.pool is None:
            self.pool = ThreadPoolExecutor(self.most, thread_name_prefix="smtp")
        return self.pool

    def _connect_first(self) -> None:
        """Try until there is one connection, or raise why there is none."""
        until = time.monotonic() + NO_CONNECTION
        while True:
            if self.stop.is_set():
                raise Stopped("asked to stop before there was a connection")
            try:
                self.lines[0].open(deadline=until, stopped=self.stop.is_set)
                return
            except ConnectionLost as error:
                if time.monotonic() + AGAIN > until:
                    raise Broken(str(error)) from error
            self.stop.wait(AGAIN)

    def _grow(self, missing: int) -> None:
        """Open more connections at once; fewer than asked for will do as well."""
        idle = [line for line in self.lines if not line.wire][:missing]
        if not all(list(self._threads().map(Line.open_if_given, idle))):
            self.grow_at = time.monotonic() + GROW_AGAIN


class Line:
    """One connection, opened again when the server has closed it."""

    def __init__(self) -> None:
        self.wire: Wire | None = None
        self.body_left = False  # the current message's last byte is out of our hands
        self.loss = ""  # why the connection was lost with the body still here

    def open(
        self, *, deadline: float, stopped: Callable[[], bool] = lambda: False
    ) -> Wire:
        """Connect and log in. Raises Busy, Broken or ConnectionLost."""
        wire = Wire(deadline=deadline, stopped=stopped)
        try:
            _open(wire)
        except BaseException:
            wire.close()
            raise
        self.wire = wire
        return wire

    def open_if_given(self) -> bool:
        try:
            self.open(deadline=time.monotonic() + NO_CONNECTION / 3)
        except (Busy, Broken, ConnectionLost):
            return False
        return True

    def hand_over(self, message: Message, *, deadline: float) -> Verdict:
        """The verdict on one message; raises nothing.

        A connection that is lost before the body is opened again once: servers close
        idle ones, and those that have carried enough.
        """
        self.body_left = False
        try:
            verdict = self._try(message, deadline)
            if verdict is None and time.monotonic() < deadline:
                verdict = self._try(message, deadline)
        except Broken as error:
            verdict = Verdict(Kind.BROKEN, str(error))
        except Busy as error:
            verdict = Verdict(Kind.BUSY, str(error))
        except ConnectionLost as error:
            verdict = Verdict(Kind.BUSY, str(error))
        except ValueError as error:
            # An address that no SMTP command can carry.
            verdict = Verdict(Kind.REFUSED, _cut(f"not a usable address: {error}"))
        except Exception as error:
            kind = Kind.IN_DOUBT if self.body_left else Kind.BUSY
            verdict = Verdict(kind, _cut(f"{type(error).__name__}: {error}"))
        if verdict is None:
            return Verdict(Kind.BUSY, self.loss)
        if verdict.kind is not Kind.SENT and not self._is_clean():
            self.drop()
        return verdict

    def drop(self) -> None:
        if self.wire:
            self.wire.close()
        self.wire = None

    def say_goodbye(self) -> None:
        if self.wire:
            self.wire.deadline = time.monotonic() + GOODBYE
            with contextlib.suppress(OSError):
                self.wire.ask("QUIT")
        self.drop()

    def _try(self, message: Message, deadline: float) -> Verdict | None:
        """One try; None where the connection was lost with the body still here."""
        wire = self.wire or self.open(deadline=deadline)
        wire.deadline = deadline
        try:
            verdict = self._envelope(wire, message) or self._body(wire, message)
        except OSError as error:
            self.drop()
            if self.body_left:
                reason = f"no answer after the whole mail was handed over: {error}"
                return Verdict(Kind.IN_DOUBT, _cut(reason))
            self.loss = _cut(str(error))
            return None
        return verdict

    def _envelope(self, wire: Wire, message: Message) -> Verdict | None:
        """The verdict, where the server does not want the body at all."""
        steps = (
            (Stage.MAIL, f"MAIL FROM:<{message.mail_from}>"),
            (Stage.RCPT, f"RCPT TO:<{message.recipient}>"),
        )
        for stage, command in steps:
            reply = wire.ask(command)
            if reply.code == 421 and stage is Stage.MAIL:
                raise ConnectionLost(reply.reason)
            if not reply.is_good:
                return judge(stage, reply)
        reply = wire.ask("DATA")
        return None if reply.code == 354 else judge(Stage.DATA, reply)

    def _body(self, wire: Wire, message: Message) -> Verdict:
        try:
            wire.send(_stuffed(message.content))
        except OSError as error:
            return self._last_words(wire, error)
        self.body_left = True
        reply = wire.answer(step=float(settings.LEASE_SECONDS))
        if reply.code == 421 or not wire.sock:
            self.drop()
        return judge(Stage.BODY, reply)

    def _last_words(self, wire: Wire, error: OSError) -> Verdict:
        """Cut while the body was leaving: not taken. Perhaps the server says why."""
        reply = Reply(0, "")
        with contextlib.suppress(OSError):
            reply = wire.answer(step=1.0)
        self.drop()
        if reply.code >= 400:
            return judge(Stage.BODY, reply)
        return Verdict(Kind.BUSY, _cut(f"cut before the end of the mail: {error}"))

    def _is_clean(self) -> bool:
        """Whether the connection is fit for the next message, after a refusal."""
        if not self.wire or not self.wire.sock:
            return False
        try:
            return self.wire.ask("RSET").is_good
        except OSError:
            return False


def _open(wire: Wire) -> None:
    """Open it; every way in which that fails becomes one of ours."""
    try:
        wire.open()
    except smtplib.SMTPResponseException as error:
        raise _refusal(error) from error
    except ssl.SSLCertVerificationError as error:
        raise Broken(f"the certificate is not valid: {error.verify_message}") from error
    except smtplib.SMTPServerDisconnected as error:
        raise ConnectionLost(str(error)) from error
    except smtplib.SMTPException as error:
        raise Broken(str(error)) from error
    except UnicodeError as error:
        raise Broken(f"the login holds a character outside ASCII: {error}") from error
    except OSError as error:
        raise ConnectionLost(_cut(f"no connection to the server: {error}")) from error


def _refusal(error: smtplib.SMTPResponseException) -> Exception:
    said = error.smtp_error
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    reply = Reply(max(error.smtp_code, 0), unsaid(text))
    if 400 <= reply.code < 500:
        return Busy(reply.reason)
    if reply.is_final:
        return Broken(reply.reason)
    return ConnectionLost(_cut(f"the server's greeting makes no sense: {reply.reason}"))


def _stuffed(content: bytes) -> bytes:
    """The content as DATA wants it (RFC 5321 section 4.5.2), with its final dot."""
    end = b"" if content.endswith(b"\r\n") else b"\r\n"
    return _DOT.sub(b"..", content) + end + b".\r\n"


def _cut(reason: str) -> str:
    return " ".join(reason.split())[:LONGEST_REASON]

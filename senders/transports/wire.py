"""One SMTP connection on which every wait ends in time.

smtplib speaks the protocol; what it lacks is here: a deadline over many small reads,
answers of any length and in any alphabet, and no plain text left over from before TLS
(the injection of CVE-2011-0411).
"""

import functools
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings

from senders.transports.answers import Reply

LOOK = 0.5  # seconds of waiting between two looks at the clock
CONNECT = 10.0  # seconds for the TCP connection alone
LONGEST_ANSWER = 256 * 1024  # bytes, of all lines together
_LINE = re.compile(rb"(\d{3})(?:([ -])(.*))?")


class ConnectionLost(OSError):
    """The server hung up, or did not answer in time."""


class Wire(smtplib.SMTP):
    """A connection to the relay of the settings, logged in."""

    def __init__(
        self, *, deadline: float, stopped: Callable[[], bool] = lambda: False
    ) -> None:
        self.deadline = deadline  # time.monotonic(); nothing waits beyond it
        self.stopped = stopped  # asked while it opens: then nothing is in hand yet
        self.login_refusal: smtplib.SMTPAuthenticationError | None = None
        # Seconds for one answer; none is waited for longer than a lease.
        self.step = float(min(settings.EMAIL_TIMEOUT, settings.LEASE_SECONDS))
        self.unread = b""
        super().__init__(local_hostname=_own_name(), timeout=self.step)

    def open(self) -> None:
        """Connect, greet, encrypt and log in.

        Raises smtplib.SMTPResponseException or OSError.
        """
        # smtplib checks the certificate's name against this, and sets it only where
        # the constructor connects.
        self._host = str(settings.EMAIL_HOST)
        code, text = self.connect(self._host, int(settings.EMAIL_PORT))
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        self.ehlo_or_helo_if_needed()
        if settings.EMAIL_USE_TLS:
            self.starttls(context=self.context)
            self.ehlo_or_helo_if_needed()
        if settings.EMAIL_HOST_USER:
            self._log_in()
        self.stopped = lambda: False

    @functools.cached_property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def ask(self, command: str) -> Reply:
        """Send a command, and return what the server says to it."""
        self.putcmd(command)
        return self.answer()

    def answer(self, *, step: float | None = None) -> Reply:
        """The server's next answer; waits `step` seconds, else as for any command."""
        usual, self.step = self.step, self.step if step is None else step
        try:
            code, text = self.getreply()
        finally:
            self.step = usual
        return Reply(max(code, 0), text.decode("utf-8", "replace"))

    def send(self, s: object) -> None:
        """smtplib's way out, within the deadline.

        Raises ConnectionLost, and sends nothing, where the server has answered already
        what it is not asked yet: no later answer could be told from an earlier one.
        """
        if self.unread:
            raise ConnectionLost("the server answered before it was asked")
        payload = s.encode("ascii") if isinstance(s, str) else s
        sock = self._live()
        sock.settimeout(self._seconds_left())
        sock.sendall(payload)  # type: ignore[arg-type]  # smtplib allows any buffer

    def getreply(self) -> tuple[int, bytes]:
        """smtplib's way in: one answer of one or many lines.

        A line that is no SMTP gives code -1, as smtplib has it.
        """
        lines: list[bytes] = []
        size = 0
        until = time.monotonic() + self.step
        while True:
            line = self._read_line(until)
            size += len(line)
            found = _LINE.fullmatch(line.rstrip(b"\r\n"))
            if not found or size > LONGEST_ANSWER:
                self.close()
                return -1, line[:1000]
            lines.append((found[3] or b"").strip())
            if found[2] != b"-":
                return int(found[1]), b"\n".join(lines[:20])

    def ehlo(self, name: str = "") -> tuple[int, bytes]:
        """smtplib's greeting; a server that hangs up is not asked the old way again."""
        code, text = super().ehlo(name)
        if code == 421:
            raise smtplib.SMTPHeloError(code, text)
        return code, text

    def starttls(self, *, context: ssl.SSLContext | None = None) -> tuple[int, bytes]:  # type: ignore[override]  # the old key arguments are gone in 3.12
        answer = super().starttls(context=context)
        if self.unread:
            self.close()
            raise ConnectionLost("the server spoke in plain text after STARTTLS")
        return answer

    def close(self) -> None:
        super().close()
        self.unread = b""

    def auth(self, mechanism: str, authobject: Any, **options: Any) -> Any:
        """smtplib's login by one mechanism; remembers how it was refused."""
        try:
            return super().auth(mechanism, authobject, **options)
        except smtplib.SMTPAuthenticationError as error:
            self.login_refusal = error
            raise

    def _log_in(self) -> None:
        try:
            user, password = settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD
            self.login(str(user), str(password))
        except ConnectionLost:
            # Some servers hang up after a refusal, while smtplib tries the next way.
            if self.login_refusal:
                raise self.login_refusal from None
            raise

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        wait = min(CONNECT, self._seconds_left())
        sock = socket.create_connection((host, port), wait)
        if settings.EMAIL_USE_SSL:
            sock.settimeout(self._seconds_left())
            return self.context.wrap_socket(sock, server_hostname=host)
        return sock

    def _read_line(self, until: float) -> bytes:
        while b"\n" not in self.unread:
            if len(self.unread) > LONGEST_ANSWER:
                return self.unread
            self._read_some(until)
        line, _newline, self.unread = self.unread.partition(b"\n")
        return line + b"\n"

    def _read_some(self, until: float) -> None:
        sock = self._live()
        left = min(until, self.deadline) - time.monotonic()
        if left <= 0 or self.stopped():
            raise ConnectionLost("the server did not answer in time")
        sock.settimeout(min(left, LOOK))
        try:
            received = sock.recv(65536)
        except TimeoutError:
            return  # the caller asks again, until its time is over
        if not received:
            raise ConnectionLost("the server closed the connection")
        self.unread += received

    def _live(self) -> socket.socket:
        if self.sock is None:
            raise ConnectionLost("the connection is closed")
        return self.sock

    def _seconds_left(self) -> float:
        left = min(self.step, self.deadline - time.monotonic())
        if left <= 0:
            raise ConnectionLost("there was no time left")
        return left


@functools.cache
def _own_name() -> str:
    """What we call ourselves in EHLO: the machine's full name (RFC 5321 4.1.1.1)."""
    name = socket.getfqdn()
    return name if "." in name and name.isascii() else "[127.0.0.1]"

"""SMTP servers on loopback: a scripted one that misbehaves as asked, and a true one."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtpd
from aiosmtpd.controller import Controller

GREETING = b"220 relay.example ESMTP\r\n"
CLOSE = None  # as an answer: hang up without a word
HELD: dict[int, socket.socket] = {}


class Sink:
    """aiosmtpd: a server that takes everything, and keeps it byte for byte."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []
        # Called with a mail before it is taken; what it returns is the answer.
        self.before: Callable[[str, bytes], str | None] = lambda to, content: None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        recipient, content = envelope.rcpt_tos[0], envelope.original_content
        answer = self.before(recipient, content)
        if answer is None or answer.startswith("250"):
            self.mails.append((recipient, content))
        return answer or "250 2.0.0 taken"

    @property
    def recipients(self) -> list[str]:
        return sorted(recipient for recipient, _content in self.mails)

    def parsed(self) -> list[EmailMessage]:
        return [
            message_from_bytes(content, policy=policy.default)  # type: ignore[misc]
            for _recipient, content in self.mails
        ]


@contextlib.contextmanager
def sink(*, port: int = 0) -> Iterator[tuple[Sink, int]]:
    """A true SMTP server, and its port."""
    kept = Sink()
    controller = Controller(
        kept, hostname="127.0.0.1", port=let_go(port) or free_port()
    )
    controller.start()
    try:
        yield kept, controller.port
    finally:
        controller.stop()


class Script:
    """What the scripted server says: an answer for each verb, in turn.

    `answers` maps a verb (CONNECT, EHLO, MAIL, RCPT, DATA, BODY …) to one answer or
    to a list of them, the last of which stays. An answer is bytes or str, CLOSE to
    hang up, or a callable of the connection that returns one. A list per recipient is
    had by a callable.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers = {
            "CONNECT": GREETING,
            "EHLO": b"250 relay.example\r\n",
            "MAIL": b"250 2.1.0 ok\r\n",
            "RCPT": b"250 2.1.5 ok\r\n",
            "DATA": b"354 go on\r\n",
            "BODY": b"250 2.0.0 queued\r\n",
            "RSET": b"250 2.0.0 ok\r\n",
            "NOOP": b"250 2.0.0 ok\r\n",
            "QUIT": b"221 2.0.0 bye\r\n",
        } | answers
        self.lock = threading.Lock()
        self.commands: list[str] = []  # as they came, of all connections
        self.bodies: list[tuple[str, bytes]] = []  # whole bodies that came, undotted
        self.taken: list[str] = []  # recipients of bodies answered with 2xx
        self.connections = 0

    def answer(self, verb: str, connection: "Connection") -> bytes | None:
        with self.lock:
            planned = self.answers.get(verb, b"502 5.5.1 unknown\r\n")
            if isinstance(planned, list):
                planned = planned.pop(0) if len(planned) > 1 else planned[0]
        if callable(planned):
            planned = planned(connection)
        if isinstance(planned, str):
            planned = planned.encode() + b"\r\n"
        return planned


class Connection:
    """One client's connection to the scripted server."""

    def __init__(self, script: Script, sock: socket.socket, tls: Any) -> None:
        self.script = script
        self.sock = sock
        self.tls = tls
        self.stream = sock.makefile("rb")
        self.recipient = ""

    def serve(self) -> None:
        with contextlib.suppress(OSError, ssl.SSLError, ValueError):
            if self.say("CONNECT"):
                while (line := self.stream.readline()) and self.obey(line):
                    pass
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.stream.close()
        self.sock.close()

    def say(self, verb: str) -> bool:
        answer = self.script.answer(verb, self)
        if answer is CLOSE:
            return False
        if verb == "BODY" and answer.startswith(b"2"):
            # Before the client hears it: a test looks as soon as the client has.
            with self.script.lock:
                self.script.taken.append(self.recipient)
        self.sock.sendall(answer)
        self.last = answer
        return verb != "QUIT"

    def obey(self, line: bytes) -> bool:
        text = line.decode("ascii", "replace").strip()
        with self.script.lock:
            self.script.commands.append(text)
        verb = text.split(" ")[0].upper()
        if verb == "RCPT":
            self.recipient = text.partition("<")[2].rpartition(">")[0]
        if not self.say(verb):
            return False
        if verb == "STARTTLS" and self.last.startswith(b"220"):
            self.sock = self.tls.wrap_socket(self.sock, server_side=True)
            self.stream = self.sock.makefile("rb")
        if verb == "DATA" and self.last.startswith(b"354"):
            return self.body()
        return True

    def body(self) -> bool:
        lines = []
        while (line := self.stream.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        with self.script.lock:
            self.script.bodies.append((self.recipient, b"".join(lines)))
        return self.say("BODY")


@contextlib.contextmanager
def scripted(
    script: Script,
    *,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    tls_at_once: bool = False,
) -> Iterator[int]:
    """Serve the script on loopback, and give its port."""
    listener = socket.create_server(("127.0.0.1", let_go(port)))
    open_sockets: list[socket.socket] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _address = listener.accept()
                script.connections += 1
                open_sockets.append(sock)
                threading.Thread(target=serve, args=[sock], daemon=True).start()

    def serve(sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if tls and tls_at_once:
                sock = tls.wrap_socket(sock, server_side=True)
            Connection(script, sock, tls).serve()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        for sock in open_sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class Certificate:
    """One that aiosmtpd carries along, for its own tests: signed by itself, for "aes",
    good until 2119."""

    host = "aes"

    def __init__(self) -> None:
        folder = Path(aiosmtpd.__file__).parent / "tests" / "certs"
        self.file = folder / "server.crt"
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(self.file, folder / "server.key")


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def nobodys_port() -> int:
    """A port that refuses, and that nobody else is given until a server of ours has it.

    One that is merely free may be the next that somebody asks for.
    """
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    port: int = holder.getsockname()[1]
    HELD[port] = holder
    return port


def let_go(port: int) -> int:
    """The port, free to listen on."""
    if holder := HELD.pop(port, None):
        holder.close()
    return port


def wait_until(
    claim: Callable[[], Any], *, seconds: float = 20.0, what: str = "it"
) -> None:
    """Return once the claim is true, or fail."""
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, f"{what} did not happen in {seconds} s"
        time.sleep(0.02)


def lines(answers: Iterable[str]) -> bytes:
    """A multi-line answer, written out."""
    return b"".join(answer.encode() + b"\r\n" for answer in answers)

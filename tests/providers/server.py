"""A provider's HTTP API on loopback, which answers as it is told.

It keeps every request as it came in, so that a test can read what left and count how
often. Answers are given in turn; when they are used up, `answer` is given, or what
`respond` makes of the request.
"""

import contextlib
import email
import email.policy
import http.server
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LONGEST_HANG = 60.0  # seconds


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str  # without the query
    query: dict[str, str]
    headers: dict[str, str]  # names in small letters
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, list[str]]:
        """The fields of a form, in either encoding, each with all its values."""
        found: dict[str, list[str]] = {}
        for name, value in self._fields():
            found.setdefault(name, []).append(value)
        return found

    def _fields(self) -> Iterator[tuple[str, str]]:
        kind = self.headers.get("content-type", "")
        if not kind.startswith("multipart/"):
            yield from parse_qsl(self.text, keep_blank_values=True)
            return
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        parsed = email.message_from_bytes(head + self.body, policy=email.policy.HTTP)
        assert isinstance(parsed, EmailMessage)
        for part in parsed.iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            yield str(name), content.decode("utf-8", "replace")


@dataclass(frozen=True)
class Answer:
    """One answer; a body that is no bytes is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0  # seconds before it

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).encode()


# Other things that a server may do with a request that it has read.
CUT = Answer(status=0)  # hangs up without a word
HANG = Answer(status=-1)  # says nothing until the test is over
HALF = Answer(status=-2)  # hangs up in the middle of its answer


class ProviderServer:
    """What came in, and what is to be answered."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: list[Answer] = []  # each given once, in turn …
        self.answer = Answer()  # … and then this one
        self.respond: Callable[[Request], Answer] | None = None
        self.connections = 0
        self.most_at_once = 0  # requests in the server's hands
        self.over = threading.Event()
        self.url = ""
        self._at_once = 0
        self._lock = threading.Lock()

    def take(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            if self.answers:
                return self.answers.pop(0)
        return self.respond(request) if self.respond else self.answer

    def done(self) -> None:
        with self._lock:
            self._at_once -= 1


@contextlib.contextmanager
def provider_server(*, tls: ssl.SSLContext | None = None) -> Iterator[ProviderServer]:
    """A server on loopback; `url` is its address, without a slash at the end."""
    kept = ProviderServer()

    class Connection(_Connection):
        provider = kept

    listener = _Listener(("127.0.0.1", 0), Connection)
    scheme = "http"
    if tls:
        listener.socket = tls.wrap_socket(listener.socket, server_side=True)
        scheme = "https"
    kept.url = f"{scheme}://127.0.0.1:{listener.server_address[1]}"
    thread = threading.Thread(target=listener.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        kept.over.set()
        listener.shutdown()
        listener.server_close()
        thread.join(5)


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client may keep its connection
    request_queue_size = 64

    def handle_error(self, *_arguments: object) -> None:
        """Clients hang up; that is theirs to test."""


class _Connection(http.server.BaseHTTPRequestHandler):
    provider: ProviderServer
    protocol_version = "HTTP/1.1"  # connections are kept, as providers keep them
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.provider.connections += 1

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        try:
            self.give(self.provider.take(request))
        finally:
            self.provider.done()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

    def give(self, answer: Answer) -> None:
        if answer is HANG:
            self.provider.over.wait(LONGEST_HANG)
        if answer in (CUT, HANG):
            self.hang_up()
            return
        time.sleep(answer.wait)
        half = answer is HALF
        content = b"{}" if half else answer.content
        self.send_response(200 if half else answer.status)
        headers = {"Content-Type": "application/json"} | answer.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + 100 * half))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
        if half:
            self.hang_up()

    def hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the tests read `requests`."""

"""The compiled message: encoded once per bulletin, joined once per recipient.

The fixed parts are quoted-printable before anyone is known, and cut at the personal
places. Each value is encoded on lines of its own between soft line breaks, so that no
value can break an encoding, a line's length or the parts' boundary.
"""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from mailings.rendering import headers
from mailings.rendering.merge import Kind, Piece, Place, compile_pieces, fill

_SOFT = b"=\r\n"


@dataclass(frozen=True)
class Envelope:
    """What an edition says, as values: with personal places in the three texts."""

    subject: str
    html: str
    text: str
    language: str
    fingerprint: str
    from_name: str
    from_address: str
    reply_to: str
    date: str  # as in RFC 5322
    fixed: tuple[tuple[str, str], ...]  # more headers, safe on the wire


@dataclass(frozen=True)
class Person:
    """To whom, and what is put in the places."""

    address: str  # in ASCII
    values: Mapping[str, str]
    message_id: str
    unsubscribe_url: str


@dataclass(frozen=True)
class Made:
    """The message for one person."""

    content: bytes  # with CR LF line ends
    subject: str
    text: str
    html: str


class Compiled:
    """A bulletin's message for anyone."""

    def __init__(self, envelope: Envelope) -> None:
        language = envelope.language
        # "=_" is in no quoted-printable text (RFC 2045 section 6.7, rule 1).
        boundary = f"=_bode_{envelope.fingerprint[:32]}"
        self._text = Part(envelope.text, Kind.TEXT, language)
        self._html = Part(envelope.html, Kind.HTML, language)
        self._subject = compile_pieces(envelope.subject, language=language)
        self._top = _top(envelope)
        self._fixed = headers.fields(envelope.fixed)
        self._before_text, self._before_html, self._end = _frame(boundary)

    def made_for(self, person: Person) -> Made:
        values = person.values
        subject = " ".join(fill(self._subject, values, Kind.TEXT).split())
        text, quoted_text = self._text.put_in(values)
        html, quoted_html = self._html.put_in(values)
        to = headers.mailbox(values.get("name", ""), person.address)
        content = [
            self._top,
            headers.field("To", to),
            headers.field("Subject", headers.text(subject)),
            headers.field("Message-ID", [person.message_id]),
            headers.field("List-Unsubscribe", [f"<{person.unsubscribe_url}>"]),
            self._fixed,
            self._before_text,
            *quoted_text,
            self._before_html,
            *quoted_html,
            self._end,
        ]
        return Made(b"".join(content), subject, text, html)


class Part:
    """A text or HTML part, cut at its places."""

    def __init__(self, compiled: str, kind: Kind, language: str) -> None:
        # A part ends on a line end, so the boundary never meets a soft break.
        whole = _lines(compiled).rstrip("\n") + "\n"
        self._kind = kind
        self._pieces: list[Piece] = compile_pieces(whole, language=language)
        last = len(self._pieces) - 1
        self._encoded = [
            _closed(encode(piece), last=number == last)
            if isinstance(piece, str)
            else b""
            for number, piece in enumerate(self._pieces)
        ]

    def put_in(self, values: Mapping[str, str]) -> tuple[str, list[bytes]]:
        """The part for one person: as text, and as the pieces of its encoding."""
        texts, quoted = [], []
        for piece, encoded in zip(self._pieces, self._encoded, strict=True):
            if isinstance(piece, Place):
                text = piece.fill(values, self._kind)
                texts.append(text)
                quoted.append(_closed(encode(text), last=False))
            else:
                texts.append(piece)
                quoted.append(encoded)
        return "".join(texts), quoted


def encode(text: str) -> bytes:
    """Quoted-printable with lines of at most 76, CR LF at their ends."""
    quoted = binascii.b2a_qp(text.encode(errors="replace"), istext=True)
    return quoted.replace(b"\n", b"\r\n")


def _closed(quoted: bytes, *, last: bool) -> bytes:
    """The piece, so that the next one begins at a line's start."""
    if last or not quoted or quoted.endswith(b"\r\n"):
        return quoted
    return quoted + _SOFT


def _lines(text: str) -> str:
    """The text with plain line ends, and nothing that no mail may hold."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _top(envelope: Envelope) -> bytes:
    sender = headers.mailbox(envelope.from_name, envelope.from_address)
    top = headers.field("From", sender)
    if envelope.reply_to:
        top += headers.field("Reply-To", [envelope.reply_to])
    return top + headers.field("Date", [envelope.date])


def _frame(boundary: str) -> tuple[bytes, bytes, bytes]:
    """What stands before the text, between the two parts, and after the HTML."""
    top = [
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        f' boundary="{boundary}"',
        "",
        "",
    ]
    return (
        "\r\n".join(top).encode() + _part_head(boundary, "plain"),
        b"\r\n" + _part_head(boundary, "html"),
        f"\r\n--{boundary}--\r\n".encode(),
    )


def _part_head(boundary: str, subtype: str) -> bytes:
    return (
        f"--{boundary}\r\n"
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()

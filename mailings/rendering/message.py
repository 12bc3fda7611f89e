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


class Compiled:
    """A bulletin's message for anyone."""

    def __init__(self, envelope: Envelope) -> None:
        language = envelope.language
        # "=_" is in no quoted-printable text (RFC 2045 section 6.7, rule 1).
        boundary = f"=_bode_{envelope.fingerprint[:32]}"
        self.text = Part(envelope.text, Kind.TEXT, language)
        self.html = Part(envelope.html, Kind.HTML, language)
        self._subject = compile_pieces(envelope.subject, language=language)
        self._top = _top(envelope)
        self._fixed = headers.fields(envelope.fixed)
        self._before_text, self._before_html, self._end = _frame(boundary)
        self._subject_field = self._encode_subject({})

    def subject(self, values: Mapping[str, str]) -> str:
        filled = fill(self._subject, values, Kind.TEXT)
        return " ".join(filled.split())

    def content(self, person: Person) -> bytes:
        """The bytes for one person, with CR LF line ends."""
        return b"".join(
            [
                self._top,
                self._to(person),
                self._subject_field
                if len(self._subject) == 1
                else self._encode_subject(person.values),
                headers.field("Message-ID", [person.message_id]),
                headers.field("List-Unsubscribe", [f"<{person.unsubscribe_url}>"]),
                self._fixed,
                self._before_text,
                *self.text.encoded(person.values),
                self._before_html,
                *self.html.encoded(person.values),
                self._end,
            ]
        )

    def _to(self, person: Person) -> bytes:
        name = person.values.get("name", "")
        return headers.field("To", headers.mailbox(name, person.address))

    def _encode_subject(self, values: Mapping[str, str]) -> bytes:
        return headers.field("Subject", headers.text(self.subject(values)))


class Part:
    """A text or HTML part, cut at its places."""

    def __init__(self, compiled: str, kind: Kind, language: str) -> None:
        # A part ends on a line end, so the boundary never meets a soft break.
        whole = _lines(compiled).rstrip("\n") + "\n"
        self.kind = kind
        self.pieces: list[Piece] = compile_pieces(whole, language=language)
        self._encoded: list[bytes | Place] = [
            _closed(encode(piece), last=number == len(self.pieces) - 1)
            if isinstance(piece, str)
            else piece
            for number, piece in enumerate(self.pieces)
        ]

    def filled(self, values: Mapping[str, str]) -> str:
        return fill(self.pieces, values, self.kind)

    def encoded(self, values: Mapping[str, str]) -> list[bytes]:
        return [
            piece
            if isinstance(piece, bytes)
            else _closed(encode(piece.fill(values, self.kind)), last=False)
            for piece in self._encoded
        ]


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

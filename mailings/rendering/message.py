"""The compiled message: encoded once per bulletin, joined once per recipient.

The fixed parts are quoted-printable before anyone is known, and cut at the personal
places. Each value is encoded on lines of its own between soft line breaks, so that no
value can break an encoding, a line's length or the parts' boundary.
"""

import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailings.rendering import headers
from mailings.rendering.merge import Kind, Place, compile_pieces, fill

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
    values: tuple[str, ...]  # of the places, in the order of `Compiled.places`


class Compiled:
    """A bulletin's message for anyone."""

    def __init__(self, envelope: Envelope) -> None:
        language = envelope.language
        # "=_" is in no quoted-printable text (RFC 2045 section 6.7, rule 1).
        boundary = f"=_bode_{envelope.fingerprint[:32]}"
        self.places: dict[tuple[Kind, Place], int] = {}  # each once, with its number
        self.text = Part(envelope.text, Kind.TEXT, language, self.places)
        self.html = Part(envelope.html, Kind.HTML, language, self.places)
        self._subject = compile_pieces(envelope.subject, language=language)
        self._top = _top(envelope)
        self._fixed = headers.fields(envelope.fixed)
        self._before_text, self._before_html, self._end = _frame(boundary)

    def made_for(self, person: Person) -> Made:
        values = person.values
        subject = " ".join(fill(self._subject, values, Kind.TEXT).split())
        filled = tuple(place.fill(values, kind) for kind, place in self.places)
        quoted = [_closed(encode(value), last=False) for value in filled]
        to = headers.mailbox(values.get("name", ""), person.address)
        content = [
            self._top,
            headers.field("To", to),
            headers.field("Subject", headers.text(subject)),
            headers.field("Message-ID", [person.message_id]),
            headers.field("List-Unsubscribe", [f"<{person.unsubscribe_url}>"]),
            self._fixed,
            self._before_text,
            *self.text.encoded_with(quoted),
            self._before_html,
            *self.html.encoded_with(quoted),
            self._end,
        ]
        text, html = self.text.filled_with(filled), self.html.filled_with(filled)
        return Made(b"".join(content), subject, text, html, filled)


class Part:
    """A text or HTML part, cut at its places: a number stands for the place's value."""

    def __init__(
        self,
        compiled: str,
        kind: Kind,
        language: str,
        places: dict[tuple[Kind, Place], int],
    ) -> None:
        """Adds to `places` those that are not there yet."""
        # A part ends on a line end, so the boundary never meets a soft break.
        whole = _lines(compiled).rstrip("\n") + "\n"
        pieces = compile_pieces(whole, language=language)
        self.pieces: tuple[str | int, ...] = tuple(
            piece
            if isinstance(piece, str)
            else places.setdefault((kind, piece), len(places))
            for piece in pieces
        )
        last = len(pieces) - 1
        self._encoded: list[bytes | int] = [
            _closed(encode(piece), last=number == last)
            if isinstance(piece, str)
            else piece
            for number, piece in enumerate(self.pieces)
        ]

    def filled_with(self, values: Sequence[str]) -> str:
        return "".join(
            [
                piece if isinstance(piece, str) else values[piece]
                for piece in self.pieces
            ]
        )

    def encoded_with(self, quoted: Sequence[bytes]) -> list[bytes]:
        """The pieces of the part's encoding, with each value's own."""
        return [
            quoted[piece] if isinstance(piece, int) else piece
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

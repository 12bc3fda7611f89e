"""The bytes, held against the email package and the rules of the standards."""

import email
import email.policy
import quopri
import re
from email.header import decode_header, make_header

import pytest

from mailings.rendering import headers
from mailings.rendering.merge import LINK, known
from mailings.rendering.message import Compiled, Envelope, Person, encode
from tests.mailings.rendering.names import HOSTILE

URL = "https://nieuws.lageland.example/u/abc_def-ghi.1.2"
WORD = re.compile(r"=\?utf-8\?([bq])\?([^?]*)\?=")
NAMES = [
    "From",
    "Reply-To",
    "Date",
    "To",
    "Subject",
    "Message-ID",
    "List-Unsubscribe",
    "List-Id",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
]
TEXT = (
    "Beste {{ name|lezer }},\n\nVoor {{ organisation }}: {{ unsubscribe_url }}\n.\n..\n"
)
HTML = (
    '<p>Beste {{ name|<em>lezer</em> }},</p>\n<a href="{{ unsubscribe_url }}">x</a>\n'
)


def make_envelope(**changes):
    fields = {
        "subject": "{{ name|Lezer }}, uw bericht",
        "html": HTML,
        "text": TEXT,
        "language": "nl",
        "fingerprint": "0f" * 32,
        "from_name": "Gemeenteverbond Lageland",
        "from_address": "nieuws@lageland.example",
        "reply_to": "vragen@lageland.example",
        "date": "Tue, 24 Nov 2026 09:00:00 +0100",
        "fixed": (
            ("List-Id", headers.list_id("Große Liste", "groot", "lageland.example")),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ),
    }
    return Envelope(**fields | changes)


def make_person(**values):
    return Person(
        address="n.wiersma@eikerveld.example",
        values=known(values, "n.wiersma@eikerveld.example") | {LINK: URL},
        message_id="<a.1@lageland.example>",
        unsubscribe_url=URL,
    )


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.compat32)


def part_text(part):
    return part.get_payload(decode=True).decode().replace("\r\n", "\n")


def unfolded(raw, name):
    head = raw.split(b"\r\n\r\n")[0].decode("ascii")
    lines = re.sub(r"\r\n[ \t]", " ", head).split("\r\n")
    [value] = [line for line in lines if line.lower().startswith(f"{name.lower()}:")]
    return value.partition(":")[2].strip()


def read_name(value):
    """The display name of a To, read by the grammar of RFC 5322 and RFC 2047."""
    name, _space, _address = value.rpartition(" ")
    if name.startswith('"'):
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return str(make_header(decode_header(name))) if "=?" in name else name


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_name_changes_nothing_but_itself(number):
    name = HOSTILE[number]
    person = make_person(name=name, organisation=name)
    compiled = Compiled(make_envelope())
    made = compiled.made_for(person)
    raw = made.content
    clean = person.values["name"]

    check_lines(raw)
    check_words(raw)
    parsed = parse(raw)
    assert parsed.keys() == NAMES
    assert parsed.defects == []
    subject = str(make_header(decode_header(parsed["Subject"])))
    assert subject.split() == f"{clean or 'Lezer'}, uw bericht".split()
    to = unfolded(raw, "To")
    assert to.removeprefix(to[: to.rfind(" ") + 1]).strip("<>") == person.address
    assert read_name(to).split() == clean.split()
    text, html = parsed.get_payload()
    assert part_text(text) == made.text
    assert part_text(html) == made.html
    assert part_text(text) == (
        f"Beste {clean or 'lezer'},\n\nVoor {clean}: {URL}\n.\n..\n"
    )
    assert put_together(compiled.text.pieces, made.values) == made.text
    assert put_together(compiled.html.pieces, made.values) == made.html


def put_together(pieces, values):
    """As a provider does who fills in the places."""
    return "".join(
        values[piece] if isinstance(piece, int) else piece for piece in pieces
    )


def check_lines(raw):
    """MF1, MF6: lengths, and no bare CR, LF or NUL; ASCII throughout."""
    assert raw.isascii()
    assert b"\0" not in raw
    assert re.search(rb"\r(?!\n)|(?<!\r)\n", raw) is None
    head, _blank, body = raw.partition(b"\r\n\r\n")
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    for line in head.split(b"\r\n"):
        # What is longer is one token that must not be cut.
        assert len(line) <= 78 or line.strip().count(b" ") <= 1
        assert len(line) <= 998


def check_words(raw):
    """EW1, EW2: short, whole in itself, never in an address or a quoted string."""
    head = raw.split(b"\r\n\r\n")[0].decode("ascii")
    for line in head.split("\r\n"):
        for word in WORD.finditer(line):
            assert len(word[0]) <= 75
            assert len(line) <= 76
            [(decoded, charset)] = decode_header(word[0])
            assert decoded.decode(charset)
        assert not re.search(r"<[^>]*=\?[^>]*>", line)
        assert not re.search(r'"[^"]*=\?[^"]*"', line.replace('\\"', ""))


def test_there_are_two_hundred_hostile_names():
    assert len(set(HOSTILE)) == 200


def test_the_text_comes_first_and_the_html_last():
    parsed = parse(Compiled(make_envelope()).made_for(make_person()).content)
    assert parsed.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in parsed.get_payload()]
    assert kinds == ["text/plain", "text/html"]
    for part in parsed.get_payload():
        assert part.get_content_charset() == "utf-8"
        assert part["Content-Transfer-Encoding"] == "quoted-printable"


def test_the_same_person_gets_the_same_bytes():
    person = make_person(name="Jo")
    assert (
        Compiled(make_envelope()).made_for(person).content
        == Compiled(make_envelope()).made_for(person).content
    )


def test_nothing_in_the_parts_can_be_the_boundary():
    boundary = "--=_bode_" + "0f" * 16
    raw = (
        Compiled(make_envelope(text=f"{boundary}--\n"))
        .made_for(make_person(name=boundary))
        .content
    )
    parsed = parse(raw)
    assert [part_text(part) for part in parsed.get_payload()][0] == f"{boundary}--\n"


def test_smuggled_ends_of_a_message_stay_text():
    for end in ("\n.\r\nMAIL FROM:<x>", "\r.\r", "\n.\n", "\r\n.\r\n"):
        raw = Compiled(make_envelope(text=f"a{end}b\n")).made_for(make_person()).content
        check_lines(raw)
        text = part_text(parse(raw).get_payload()[0])
        assert text == f"a{end}b\n".replace("\r\n", "\n").replace("\r", "\n")


def test_a_subject_without_places_is_encoded_once_and_the_same():
    raw = Compiled(make_envelope(subject="Één bericht")).made_for(make_person()).content
    assert str(make_header(decode_header(parse(raw)["Subject"]))) == "Één bericht"


def test_without_reply_address_there_is_no_such_field():
    raw = Compiled(make_envelope(reply_to="")).made_for(make_person()).content
    assert "Reply-To" not in parse(raw)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a \n b\t\n",
        "=\n==\n",
        "é" * 500,
        "x" * 500,
        "🌊 " * 200,
        " " * 200,
        ".\n..\n",
        "regel\n" * 50,
    ],
)
def test_quoted_printable_reads_back_and_keeps_its_lines(text):
    quoted = encode(text)
    assert quopri.decodestring(quoted).decode().replace("\r\n", "\n") == text
    assert all(len(line) <= 76 for line in quoted.split(b"\r\n"))
    assert not any(line.endswith((b" ", b"\t")) for line in quoted.split(b"\r\n"))

import email
import re
import uuid
from email.header import decode_header, make_header

import pytest

from mailings.rendering import headers

WORD = re.compile(r"=\?utf-8\?([bq])\?([!-~]*?)\?=")


def lines_of(raw):
    assert raw.endswith(b"\r\n")
    return raw.decode("ascii").split("\r\n")[:-1]


def read(raw):
    return email.message_from_bytes(raw + b"\r\n")


@pytest.mark.parametrize(
    "subject",
    [
        "Handreiking hoogwater",
        "Één avond over water – en over vuur",
        "Lang " * 60,
        "Überlänge" * 30,
        "x" * 300,
        "🌊" * 100,
        "=?utf-8?q?nep?=",
        'met "aanhalingstekens" en <haken>',
        "a é b " * 50,
    ],
)
def test_a_subject_is_read_back_and_keeps_the_lengths(subject):
    raw = headers.field("Subject", headers.text(subject))
    for line in lines_of(raw):
        assert len(line) <= 76
        for word in WORD.finditer(line):
            assert len(word[0]) <= 75
            assert str(make_header(decode_header(word[0])))  # whole in itself
    read_back = str(make_header(decode_header(read(raw)["Subject"])))
    assert " ".join(read_back.split()) == " ".join(subject.split())


def test_a_line_break_in_a_subject_is_no_header():
    raw = headers.field("Subject", headers.text("a\r\nBcc: b\x00\u2028\u0085c"))
    assert raw == b"Subject: a Bcc: b c\r\n"


def test_no_subject_is_an_empty_field():
    assert headers.field("Subject", headers.text(" \n")) == b"Subject:\r\n"


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("", "a@x.example"),
        ("Jo Jansen", "Jo Jansen <a@x.example>"),
        ("Jansen, Jo", '"Jansen, Jo" <a@x.example>'),
        ('Jo "de" \\ Jansen', '"Jo \\"de\\" \\\\ Jansen" <a@x.example>'),
        ("J. Jansen", '"J. Jansen" <a@x.example>'),
        ("b@x.example", '"b@x.example" <a@x.example>'),
        ("Zoë", "=?utf-8?q?Zo=C3=AB?= <a@x.example>"),
    ],
)
def test_a_name_is_bare_quoted_or_encoded(name, raw):
    assert " ".join(headers.mailbox(name, "a@x.example")) == raw


def test_an_address_is_never_encoded_or_folded():
    address = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.example"
    raw = headers.field("To", headers.mailbox("Zoë " * 30, address))
    assert lines_of(raw)[-1] == f" <{address}>"


@pytest.mark.parametrize("bad", ["\r\n", "\n", "\r", "\0", "\x1b"])
def test_an_address_that_begins_another_header_is_refused(bad):
    with pytest.raises(ValueError, match="Reply-To holds a control character"):
        headers.field("Reply-To", [f"a{bad}Bcc: b@x.example"])


def test_only_the_name_of_a_list_id_is_encoded():
    made = headers.list_id("Große Liste <x>", "weekly", "news.example.org")
    assert made.startswith("=?utf-8?")
    assert made.endswith(" <weekly.news.example.org>")
    assert made.count("<") == 1


@pytest.mark.parametrize("host", ["", "::1", "bücher.example", "a b", "x_y"])
def test_a_list_id_under_a_strange_host_keeps_its_grammar(host):
    assert headers.list_id("a", "weekly", host) == "a <weekly.localhost>"


def test_a_mailto_keeps_its_brackets():
    assert headers.mailto("a+b?c#d%e@x.example", subject="a b") == (
        "<mailto:a%2Bb%3Fc%23d%25e@x.example?subject=a%20b>"
    )


def test_a_message_id_is_the_same_for_the_same_delivery():
    token = uuid.UUID(int=1)
    made = headers.message_id(token, 7, "nieuws@lageland.example")
    assert made == f"<{token.hex}.7@lageland.example>"
    assert made != headers.message_id(token, 8, "nieuws@lageland.example")

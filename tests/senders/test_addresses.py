import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from senders.addresses import (
    BadAddress,
    mask,
    normalise,
    on_the_wire,
    validate_address,
    without,
    without_any,
)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("n.wiersma@eikerveld.example", "n.wiersma@eikerveld.example"),
        (" N.Wiersma@Eikerveld.Example\n", "n.wiersma@eikerveld.example"),
        ("o'brien+news@example.org", "o'brien+news@example.org"),
        ("info@Büro.example", "info@xn--bro-hoa.example"),
        ("info@BÜRO.example", "info@xn--bro-hoa.example"),
        ("info@xn--bro-hoa.example", "info@xn--bro-hoa.example"),
        ("info@XN--BRO-HOA.example", "info@xn--bro-hoa.example"),
        ("info@straße.example", "info@xn--strae-oqa.example"),
        ("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah"),
        ("a@b.co", "a@b.co"),
        ("a@1and1.example", "a@1and1.example"),
        (f"{'x' * 64}@example.org", f"{'x' * 64}@example.org"),
    ],
)
def test_an_address_has_one_normal_form(typed, normal):
    assert normalise(typed) == normal
    assert normalise(normal) == normal
    validate_address(typed)


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "@",
        "nobody",
        "a@",
        "@example.org",
        "a@b",
        "a@@example.org",
        "a b@example.org",
        "a.@example.org",
        ".a@example.org",
        "a..b@example.org",
        '"a b"@example.org',
        '"x"@example.org',
        "a@example.org,b@example.org",
        "a@example.org;b@example.org",
        "a@example.org, ",
        "a@example.org\nBcc: b@example.org",
        "a\r\n@example.org",
        "a@exam\nple.org",
        "a@exam\x00ple.org",
        "a\x00@example.org",
        "Anna <a@example.org>",
        "<a@example.org>",
        "mailto:a@example.org",
        "friends: a@example.org;",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a@example.123",
        "a@-example.org",
        "a@example-.org",
        "a@exa_mple.org",
        "a@example..org",
        "a@.example.org",
        "a@example.org.",
        "a@xn--zzzzzzzzz-.example",
        "jörg@example.org",
        "ｊ@example.org",
        "a@ex\u202eample.org",
        f"{'x' * 65}@example.org",
        f"a@{'x' * 64}.example",
        "a@" + ".".join(["x" * 60] * 5),
    ],
)
def test_what_no_mail_can_reach_is_refused_with_a_sentence(address):
    for check in (normalise, validate_address):
        with pytest.raises(BadAddress) as refused:
            check(address)
        assert " ".join(refused.value.messages).endswith(".")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=40), st.text(max_size=40))
def test_anything_is_normal_or_refused(local, domain):
    try:
        normal = normalise(f"{local}@{domain}")
    except BadAddress:
        return
    assert normal.isascii()
    assert normal.count("@") == 1
    assert normalise(normal) == normal
    assert not set(normal) & set(' \t\r\n,;:<>()[]"\\')


def test_on_the_wire_an_address_is_as_typed_but_for_its_domain():
    assert on_the_wire("N.Wiersma@Büro.example") == "N.Wiersma@xn--bro-hoa.example"
    assert on_the_wire(" a@Example.org ") == "a@example.org"


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("nynke.wiersma@eikerveld.example.org", "n•••••a@e•••••d.example.org"),
        ("jo@ab.nl", "•••••@•••••.nl"),
        ("bob@gmail.com", "b•••••b@g•••••l.com"),
    ],
)
def test_a_masked_address_is_known_only_to_its_owner(address, masked):
    assert mask(address) == masked


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("550 <N.Wiersma@Eikerveld.Example>: no", "550 <…>: no"),
        ("550 n.wiersma: no such user here", "550 …: no such user here"),
        ("550 an.wiersma@eikerveld.example", "550 an.wiersma@eikerveld.example"),
        ("550 n.wiersma-2 and n.wiersma.x", "550 n.wiersma-2 and n.wiersma.x"),
        ("550 no such user", "550 no such user"),
    ],
)
def test_an_address_is_taken_out_of_what_a_server_said(said, left):
    assert without("n.wiersma@eikerveld.example", said) == left


def test_an_address_is_taken_out_as_it_went_over_the_wire():
    said = "550 <jan@xn--mnchen-3ya.example> jan@münchen.example"
    assert without("jan@münchen.example", said) == "550 <…> …"
    assert without("", said) == said


def test_whatever_looks_like_an_address_can_be_taken_out():
    said = 'mail from:<a@b.example> "x.y@z" rcpt=jan+x@lezer.example; 3 @ 4'
    assert without_any(said) == 'mail from:<…> "…" …; 3 @ 4'

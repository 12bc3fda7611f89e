import re
import string

import pytest
from django.core import signing
from django.core.signing import BadSignature, SignatureExpired, Signer

from subscribers import tokens
from subscribers.keys import address_key
from subscribers.tokens import Leave

LEAVE = Leave(
    subscriber_id=1_234_567,
    address_key=address_key("n.wiersma@eikerveld.example"),
    bulletin_id=42,
    list_ids=(3, 17),
)


def make_token(leave=LEAVE):
    return tokens.make_leave_token(
        subscriber_id=leave.subscriber_id,
        address_key=leave.address_key,
        bulletin_id=leave.bulletin_id,
        list_ids=leave.list_ids,
    )


def test_a_leave_token_gives_back_who_leaves_what():
    assert tokens.read_leave_token(make_token()) == LEAVE


def test_a_bulletin_without_lists_left_still_has_a_token():
    leave = Leave(1, LEAVE.address_key, 1, ())
    assert tokens.read_leave_token(make_token(leave)) == leave


def test_the_same_person_and_bulletin_always_get_the_same_token():
    assert make_token() == make_token()


def test_a_leave_token_never_expires(monkeypatch):
    token = make_token()
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 30 * 365 * 86400)
    assert tokens.read_leave_token(token) == LEAVE


def test_a_token_holds_no_address_and_no_character_that_a_link_loses():
    token = make_token()
    assert "wiersma" not in token
    assert re.fullmatch(r"[A-Za-z0-9._-]+", token)
    # Mail programs that make links of plain text leave such ends out.
    assert token[-1].isalnum()


def test_the_link_is_short_absolute_and_without_a_slash_at_its_end(settings):
    settings.SITE_URL = "https://mail.lageland.example"
    url = tokens.leave_url(make_token())
    assert url.startswith("https://mail.lageland.example/u/")
    assert not url.endswith("/")
    assert len(url) < 130


def test_every_flip_of_a_character_is_refused():
    token = make_token()
    letters = string.ascii_letters + string.digits + "-_.=:"
    for place, letter in enumerate(token):
        for other in letters.replace(letter, ""):
            with pytest.raises(BadSignature):
                tokens.read_leave_token(token[:place] + other + token[place + 1 :])


def test_every_shorter_token_and_every_longer_one_is_refused():
    token = make_token()
    for other in [token[:end] for end in range(len(token))] + [
        f"{token}A",
        f"{token}=",
    ]:
        with pytest.raises(BadSignature):
            tokens.read_leave_token(other)


@pytest.mark.parametrize(
    "token", ["", ".", "a", "a.b", "practice", "practice.", "\x00", "é.é", "." * 5000]
)
def test_what_was_never_signed_is_refused(token):
    with pytest.raises(BadSignature):
        tokens.read_leave_token(token)


def test_a_token_signed_with_another_key_is_refused(settings):
    token = make_token()
    settings.ADDRESS_KEY = "another-key-another-key-another-key-another-key-anoth"
    with pytest.raises(BadSignature):
        tokens.read_leave_token(token)


def test_a_link_in_an_old_mail_outlives_a_new_secret_key(settings):
    token = make_token()
    settings.SECRET_KEY = "another-key-another-key-another-key-another-key-anoth"
    assert tokens.read_leave_token(token).subscriber_id


@pytest.mark.parametrize("content", ["", "x", "AA", "AA.1", "A.1.2", "é.1.2", "AA.1.?"])
def test_content_of_another_shape_is_refused_even_when_signed(content, settings):
    key = settings.ADDRESS_KEY
    token = Signer(key=key, sep=".", salt="subscribers.leave").sign(content)
    with pytest.raises(BadSignature):
        tokens.read_leave_token(token)


def test_a_practice_token_names_nobody():
    leave = tokens.read_leave_token(tokens.make_practice_token())
    assert leave == Leave(0, "", 0, (), practice=True)


def test_a_real_token_is_no_practice():
    assert tokens.read_leave_token(make_token()).practice is False


def test_an_undo_token_gives_back_what_was_left():
    assert tokens.read_undo_token(tokens.make_undo_token(LEAVE)) == LEAVE


def test_an_undo_token_expires_after_a_week(monkeypatch):
    token = tokens.make_undo_token(LEAVE)
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 7 * 86400 - 5)
    assert tokens.read_undo_token(token) == LEAVE
    monkeypatch.setattr(signing.time, "time", lambda: now + 7 * 86400 + 5)
    with pytest.raises(SignatureExpired):
        tokens.read_undo_token(token)


def test_no_kind_of_token_passes_for_another():
    with pytest.raises(BadSignature):
        tokens.read_undo_token(make_token())
    with pytest.raises(BadSignature):
        tokens.read_undo_token(tokens.make_practice_token())
    with pytest.raises(BadSignature):
        tokens.read_leave_token(tokens.make_undo_token(LEAVE))
    foreign = Signer(sep=".", salt="something.else").sign("AA.1.1.1")
    with pytest.raises(BadSignature):
        tokens.read_leave_token(foreign)

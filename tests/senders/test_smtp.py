"""The SMTP transport against a server on loopback that misbehaves as scripted."""

import threading
import time

import pytest

from senders.transports.base import Kind
from tests.senders.smtp import CONTENT, make_message, send_one
from tests.smtp_server import (
    CLOSE,
    Script,
    lines,
    scripted,
    sink,
)


def test_the_server_gets_the_very_bytes(relay):
    with sink() as (kept, port):
        verdict = send_one(relay(port))
        assert (verdict.kind, verdict.reason) == (Kind.SENT, "250 2.0.0 taken")
        assert kept.mails == [("n.wiersma@eikerveld.example", CONTENT)]


def test_a_connection_is_used_again(relay):
    script = Script()
    with scripted(script) as port:
        transport = relay(port)
        assert [send_one(transport).kind for _ in range(3)] == [Kind.SENT] * 3
    assert script.connections == 1


def test_a_group_goes_over_as_many_connections_at_once(relay):
    meeting = threading.Barrier(3, timeout=5)  # passes only when three are there
    script = Script(DATA=lambda connection: (meeting.wait(), b"354 go\r\n")[1])
    people = [f"p{number}@eikerveld.example" for number in range(3)]
    with scripted(script) as port:
        transport = relay(port, connections=3)
        assert transport.connect(5) == 3
        verdicts = transport.hand_over([make_message(one) for one in people])
    assert [verdict.kind for verdict in verdicts] == [Kind.SENT] * 3
    assert sorted(script.taken) == people


def test_each_verdict_belongs_to_its_message(relay):
    def rcpt(connection):
        return "250 ok" if connection.recipient.startswith("good") else "550 5.1.1 no"

    people = ["bad1", "good1", "bad2", "good2"]
    with scripted(Script(RCPT=rcpt)) as port:
        transport = relay(port, connections=4)
        assert transport.connect(4) == 4
        messages = [make_message(f"{one}@eikerveld.example") for one in people]
        kinds = [verdict.kind for verdict in transport.hand_over(messages)]
    assert kinds == [Kind.REFUSED, Kind.SENT, Kind.REFUSED, Kind.SENT]


def test_a_server_that_gives_fewer_connections_is_used_with_those(relay):
    with scripted(Script(CONNECT=[b"220 hi\r\n", b"421 4.7.0 enough\r\n"])) as port:
        transport = relay(port, connections=4)
        assert transport.connect(4) == 1
        assert transport.connect(4) == 1


@pytest.mark.parametrize(
    ("stage", "answer", "kind", "late"),
    [
        ("MAIL", "421 4.3.2 shutting down", Kind.BUSY, False),
        ("MAIL", "451 4.3.0 later", Kind.BUSY, False),
        ("MAIL", "550 5.1.8 bad sender", Kind.BROKEN, False),
        ("MAIL", "530 5.7.0 authenticate first", Kind.BROKEN, False),
        ("RCPT", "421 4.3.2 shutting down", Kind.BUSY, False),
        ("RCPT", "450 4.2.0 greylisted", Kind.BUSY, False),
        ("RCPT", "550 5.1.1 no such user", Kind.REFUSED, False),
        ("RCPT", "550 5.7.1 relaying denied", Kind.REFUSED, False),
        ("RCPT", "550 5.7.8 login", Kind.REFUSED, False),
        ("RCPT", "550 5.7.9 login too weak", Kind.BROKEN, False),
        ("RCPT", "550 5.7.19 other", Kind.REFUSED, False),
        ("RCPT", "550 5.7.20 no DKIM", Kind.BROKEN, False),
        ("RCPT", "550 5.7.26 unauthenticated", Kind.BROKEN, False),
        ("RCPT", "550 5.7.30 no", Kind.BROKEN, False),
        ("RCPT", "550 5.7.31 other", Kind.REFUSED, False),
        ("RCPT", "550 5.7.509 DMARC", Kind.BROKEN, False),
        ("RCPT", "450 4.7.26 unauthenticated", Kind.BUSY, False),
        ("DATA", "451 4.3.0 later", Kind.BUSY, False),
        ("DATA", "554 5.6.0 no", Kind.REFUSED, True),
        ("DATA", "250 strange", Kind.BUSY, False),
        ("BODY", "452 4.3.1 disk full", Kind.BUSY, False),
        ("BODY", "421 4.3.2 shutting down", Kind.BUSY, False),
        ("BODY", "552 5.3.4 too big", Kind.REFUSED, True),
        ("BODY", "554 5.7.1 spam", Kind.REFUSED, True),
        ("BODY", "550 5.7.515 not up to standard", Kind.BROKEN, True),
        ("BODY", "999 what", Kind.IN_DOUBT, True),
        ("BODY", "mumble", Kind.IN_DOUBT, True),
    ],
)
def test_each_answer_has_its_verdict(relay, stage, answer, kind, late):
    with scripted(Script(**{stage: answer})) as port:
        verdict = send_one(relay(port))
    assert verdict.kind is kind
    assert answer in verdict.reason
    assert verdict.after_body == (late and kind is Kind.REFUSED)


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("MAIL", "451 later"),
        ("RCPT", "550 5.1.1 no"),
        ("RCPT", "421 bye"),
        ("DATA", "554 no"),
        ("BODY", "452 full"),
        ("BODY", "554 spam"),
        ("BODY", "mumble"),
    ],
)
def test_after_a_bad_answer_the_next_message_goes_out(relay, stage, answer):
    good = {"DATA": b"354 go\r\n"}.get(stage, b"250 ok\r\n")
    with scripted(Script(**{stage: [answer, good]})) as port:
        transport = relay(port)
        assert send_one(transport).kind is not Kind.SENT
        assert send_one(transport).kind is Kind.SENT


def test_an_answer_of_300_lines_is_cut(relay):
    answer = lines([f"550-5.1.1 line {n} wé" for n in range(299)] + ["550 5.1.1 end"])
    with scripted(Script(RCPT=answer)) as port:
        verdict = send_one(relay(port))
    assert verdict.kind is Kind.REFUSED
    assert verdict.reason.startswith("550 5.1.1 line 0 wé 5.1.1 line 1")
    assert len(verdict.reason) <= 500
    assert verdict.reason.isprintable()


@pytest.mark.parametrize(
    "answer", [b"\xff\xfe\x00\r\n", b"\r\n", b"HTTP/1.1 400 Bad\r\n", b"25\r\n"]
)
def test_garbage_is_no_answer(relay, answer):
    with scripted(Script(RCPT=[answer, b"250 ok\r\n"])) as port:
        transport = relay(port)
        verdict = send_one(transport)
        assert verdict.kind is Kind.BUSY
        assert verdict.reason.isprintable()
        assert send_one(transport).kind is Kind.SENT


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("RCPT", b"250 ok\r\n250 ok\r\n"),
        ("DATA", b"354 go\r\n250 2.0.0 taken\r\n"),
    ],
)
def test_an_answer_that_comes_before_its_question_is_not_believed(relay, verb, answer):
    script = Script(**{verb: answer}, BODY="554 5.7.1 not wanted")
    with scripted(script) as port:
        verdict = send_one(relay(port))
    assert verdict.kind is Kind.BUSY
    assert "the server answered before it was asked" in verdict.reason
    assert script.bodies == []


def test_an_answer_too_many_is_not_taken_for_that_of_the_next_mail(relay):
    twice = b"250 2.0.0 taken\r\n550 5.1.0 and more\r\n"
    script = Script(BODY=[twice, b"250 ok\r\n"])
    with scripted(script) as port:
        transport = relay(port)
        assert [send_one(transport).kind for _ in range(2)] == [Kind.SENT] * 2
    assert script.connections == 2
    assert len(script.taken) == 2


def test_control_characters_are_cleaned_from_a_reason(relay):
    with scripted(Script(RCPT=b"550 5.1.1 \x1b[31mno\x00 \xe9\r\n")) as port:
        verdict = send_one(relay(port))
    assert verdict.reason == "550 5.1.1 [31mno �"


def test_a_connection_that_idled_out_is_opened_again(relay):
    script = Script(MAIL=[b"250 ok\r\n", CLOSE, b"250 ok\r\n"])
    with scripted(script) as port:
        transport = relay(port)
        assert [send_one(transport).kind for _ in range(2)] == [Kind.SENT] * 2
    assert script.connections == 2
    assert len(script.taken) == 2


def test_a_server_that_has_had_enough_of_one_connection_gets_another(relay):
    script = Script(MAIL=[b"250 ok\r\n", b"421 4.7.0 too many\r\n", b"250 ok\r\n"])
    with scripted(script) as port:
        transport = relay(port)
        assert [send_one(transport).kind for _ in range(2)] == [Kind.SENT] * 2
    assert script.connections == 2


def test_a_server_that_closes_before_the_body_again_and_again_is_busy(relay):
    script = Script(DATA=CLOSE)
    with scripted(script) as port:
        assert send_one(relay(port)).kind is Kind.BUSY
    assert script.connections == 2


def test_a_server_silent_before_the_body_is_named_as_such(relay, settings):
    done = threading.Event()
    with scripted(Script(RCPT=lambda connection: done.wait(10) and CLOSE)) as port:
        transport = relay(port)
        settings.LEASE_SECONDS = 1
        verdict = send_one(transport)
        done.set()
    said = "the server did not answer in time"
    assert (verdict.kind, verdict.reason) == (Kind.BUSY, said)


def test_a_connection_cut_after_the_body_leaves_it_in_doubt(relay):
    script = Script(BODY=CLOSE)
    with scripted(script) as port:
        verdict = send_one(relay(port))
    assert verdict.kind is Kind.IN_DOUBT
    assert "no answer after the whole mail" in verdict.reason
    assert len(script.bodies) == 1  # never a second time


def test_a_server_silent_after_the_body_leaves_it_in_doubt_within_the_lease(
    relay, settings
):
    done = threading.Event()
    with scripted(Script(BODY=lambda connection: done.wait(10) and CLOSE)) as port:
        transport = relay(port)
        settings.LEASE_SECONDS = 1
        begun = time.monotonic()
        verdict = send_one(transport)
        took = time.monotonic() - begun
        done.set()
    assert verdict.kind is Kind.IN_DOUBT
    assert 0.8 < took < 1.0


def test_a_server_that_trickles_its_answer_does_not_outlast_the_lease(relay, settings):
    def trickle(connection):
        for _ in range(40):
            connection.sock.sendall(b"250-x")
            time.sleep(0.1)
        return b"\r\n250 ok\r\n"

    with scripted(Script(RCPT=trickle)) as port:
        transport = relay(port)
        settings.LEASE_SECONDS = 1
        begun = time.monotonic()
        verdict = send_one(transport)
    assert verdict.kind is Kind.BUSY
    assert time.monotonic() - begun < 1.5


def test_a_body_that_is_cut_half_way_is_not_in_doubt(relay):
    def cut(connection):
        connection.sock.sendall(b"354 go\r\n")
        connection.stream.read(1000)
        connection.sock.sendall(b"552 5.3.4 too big\r\n")
        return CLOSE

    big = b"Subject: x\r\n\r\n" + b"0123456789abcde\r\n" * 2_000_000
    with scripted(Script(DATA=cut)) as port:
        verdict = send_one(relay(port), content=big)
    assert verdict.kind in (Kind.REFUSED, Kind.BUSY)

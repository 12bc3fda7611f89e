"""A relay that says "not now" or "never", hangs up, or hangs: F20 to F23."""

import itertools
import time

from tests.a_bulletin import ledger
from tests.faults.answering import (
    IN_DAYS,
    FromTo,
    Until,
    Watched,
    rows,
    until_idle,
)
from tests.faults.judge import judge
from tests.faults.stalling import (
    AUDIENCE,
    CONNECTIONS,
    OK,
    PEOPLE,
    until_all_is_settled,
)
from tests.processes import SECONDS
from tests.smtp_server import CLOSE, GREETING, scripted, wait_until

LATER = b"421 4.3.2 come back later\r\n"
LEASE = "60"  # seconds: longer than anything here


def people(chance, count):
    return chance.sample(AUDIENCE, count)


def test_f20_a_421_at_connect_or_mail_defers_and_each_is_sent_once_later(
    make_product, chance
):
    # Twice for each connection: the first is tried again at once on another.
    mail = FromTo(OK, LATER, after=chance.randrange(1, 12), times=2 * CONNECTIONS)
    script = Watched(CONNECT=[LATER, GREETING], MAIL=mail)
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS=LEASE, RETRY_SECONDS="1")
        until_all_is_settled(made)
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=script.taken)
    attempts = [row["attempts"] for row in told["deliveries"]]
    # Those of the first group, and of the one that met the 421 at MAIL.
    assert CONNECTIONS < sum(count > 1 for count in attempts) <= 3 * CONNECTIONS
    assert max(attempts) <= 3


def test_f20_a_4xx_to_a_mail_defers_it_while_the_next_go_on(make_product, chance):
    busy = people(chance, 6)
    script = Watched()

    def others_are_taken():
        return len(script.taken) >= PEOPLE - len(busy)

    def until_then(answer, usual):
        return Until(others_are_taken, answer, usual)

    script.odd = {
        "RCPT": {one: until_then("450 4.2.0 greylisted", OK) for one in busy[:2]},
        "DATA": {
            one: until_then("451 4.3.0 try later", b"354 go\r\n") for one in busy[2:4]
        },
        "BODY": {one: until_then("452 4.3.1 disk full", OK) for one in busy[4:]},
    }
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS=LEASE, RETRY_SECONDS="1")
        until_all_is_settled(made)
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=script.taken)
    for one, row in rows(told).items():
        tries = script.moments("RCPT", one)
        assert row["attempts"] == len(tries)
        assert (len(tries) > 1) == (one in busy)
        # Never sooner than the back-off, which doubles.
        waits = [then - before for before, then in itertools.pairwise(tries)]
        assert all(wait > 2**number for number, wait in enumerate(waits))


def test_f20_what_is_deferred_says_why_and_since_when(make_product, chance):
    busy = people(chance, 3)
    script = Watched(odd={"RCPT": dict.fromkeys(busy, "450 4.2.0 greylisted")})
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS=LEASE, RETRY_SECONDS=IN_DAYS)
        assert until_idle(made) == ""
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=script.taken, is_over=False)
    assert told["totals"]["deferred"] == len(busy)
    for one in busy:
        row = rows(told)[one]
        assert (row["status"], row["attempts"]) == ("deferred", 1)
        assert row["reason"] == "450 4.2.0 greylisted"


def test_f21_a_5xx_at_rcpt_or_after_the_body_fails_that_mail_alone(
    make_product, chance
):
    unknown, too_big, spam = people(chance, 3)
    answers = {
        unknown: "550 5.1.1 no such user",
        too_big: "552 5.3.4 too big",
        spam: "554 5.7.1 looks like spam",
    }
    at_the_end = {one: answers[one] for one in (too_big, spam)}
    script = Watched(odd={"RCPT": {unknown: answers[unknown]}, "BODY": at_the_end})
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS=LEASE)
        assert until_idle(made) == ""
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=script.taken)
    assert told["status"] == "sent"
    failed = {
        one: row["reason"]
        for one, row in rows(told).items()
        if row["status"] == "failed"
    }
    assert failed == answers
    assert max(script.counts("RCPT").values()) == 1  # none is tried again


def test_f22_a_connection_cut_after_the_final_dot_is_in_doubt_and_not_tried_again(
    make_product, chance
):
    cut = people(chance, 3)
    script = Watched(odd={"BODY": dict.fromkeys(cut, lambda connection: CLOSE)})
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS=LEASE)
        assert until_idle(made) == until_idle(made) == ""
        told = ledger(made, "1")
    asked = [recipient for recipient, _content in script.bodies]
    # Whether the server kept what it had in hand or not.
    for taken in (script.taken, asked):
        judge(audience=AUDIENCE, ledger=told, taken=taken, doubts=len(cut))
    doubtful = [one for one, row in rows(told).items() if row["status"] == "in_doubt"]
    assert sorted(doubtful) == sorted(cut)
    for one in cut:
        assert "no answer after the whole mail" in rows(told)[one]["reason"]


def pulses(made):
    ((count,),) = made.query("SELECT count(*) FROM mailings_pulse")
    return count


class Hanging:
    """Says nothing to the final dot, and notes how long its client waits for it."""

    def __init__(self, script):
        self.script = script
        self.seconds = 0.0
        self.meanwhile = 0  # mails that it took from others

    def __call__(self, connection):
        begun, taken = time.monotonic(), len(self.script.taken)
        connection.sock.settimeout(SECONDS)
        assert connection.sock.recv(1) == b""  # it hangs up
        self.meanwhile = len(self.script.taken) - taken
        self.seconds = time.monotonic() - begun
        return CLOSE


def test_f23_a_server_that_hangs_after_the_dot_costs_one_lease_and_one_doubt(
    make_product, drafted, chance
):
    lease = 5
    # At this pace a worker claims 12 at once: the other begins behind those.
    stuck = chance.choice(AUDIENCE[:4])
    script = Watched()
    hanging = Hanging(script)
    script.odd = {"BODY": {stuck: hanging}}
    with scripted(script) as port:
        settings = {"LEASE_SECONDS": str(lease), "PACE": "5"}
        made = make_product(port, like=drafted, **settings)
        senders = [made.start("run_sender") for _ in range(2)]
        wait_until(lambda: pulses(made) == 2, seconds=SECONDS, what="both at work")
        made.ok("send_bulletin", "1", "--yes")
        wait_until(lambda: len(script.taken) == PEOPLE - 1, seconds=SECONDS)
        wait_until(lambda: hanging.seconds, seconds=SECONDS)
        for sender in senders:
            sender.terminate()
            assert sender.communicate(timeout=SECONDS) == ("", "")
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=script.taken, doubts=1)
    assert rows(told)[stuck]["status"] == "in_doubt"
    assert script.counts("BODY")[stuck] == 1
    assert hanging.seconds < lease + 1  # and a little for a busy machine
    assert hanging.meanwhile >= 2  # the other worker goes on

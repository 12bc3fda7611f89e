"""A relay that lies, stalls or talks nonsense: each mail has its row and its reason."""

import dataclasses
from typing import Any

from tests.a_bulletin import ledger
from tests.faults.answering import IN_DAYS, Watched, rows, until_idle
from tests.faults.desk import Desk
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, CONNECTIONS
from tests.processes import SECONDS
from tests.smtp_server import CLOSE, lines, scripted

MEGABYTE = b"x" * 1_000_000
NONSENSE = "the server's answer makes no sense: "
SILENT = "the server did not answer in time"


@dataclasses.dataclass(frozen=True)
class Trick:
    """What the relay says instead, and what the ledger is to say then."""

    verb: str
    answer: Any
    status: str
    reason: str


def many(last):
    return lines([f"{last[:3]}-{last[4:]} {number}" for number in range(299)] + [last])


def and_close(answer):
    def say(connection):
        connection.sock.sendall(answer)
        return CLOSE

    return say


def taken_and_close(connection):
    connection.script.taken.append(connection.recipient)
    return and_close(b"250 2.0.0 taken\r\n")(connection)


def silent(connection):
    connection.sock.settimeout(SECONDS)
    connection.sock.recv(1)  # until it hangs up
    return CLOSE


def unfinished(connection):
    connection.sock.sendall(b"250 o")
    return silent(connection)


TRICKS = (
    Trick("RCPT", b"\xff\xfe\x00\x01\r\n", "deferred", NONSENSE),
    Trick("RCPT", b"550 " + MEGABYTE + b"\r\n", "deferred", NONSENSE + "550 xxx"),
    Trick("RCPT", b"250-x\r\n" * 100_000, "deferred", NONSENSE),
    Trick("RCPT", "999 what", "deferred", NONSENSE + "999 what"),
    Trick("RCPT", many("550 5.1.1 no"), "failed", "550 5.1.1 no 0 5.1.1 no 1 "),
    Trick("RCPT", b"550 5.1.1 \x1b[31m\x00\xe9\r\n", "failed", "550 5.1.1 [31m �"),
    Trick("DATA", "250 2.0.0 taken", "deferred", NONSENSE + "250 2.0.0 taken"),
    Trick("DATA", and_close(b"554 5.3.2 bye\r\n"), "failed", "554 5.3.2 bye"),
    Trick("BODY", many("250 2.0.0 taken"), "sent", ""),
    Trick("BODY", b"250 2.0.0 taken\r\n250 2.0.0 taken\r\n", "sent", ""),
    Trick("BODY", taken_and_close, "sent", ""),
    Trick("BODY", b"\x00\xff\r\n", "in_doubt", NONSENSE),
    Trick("BODY", b"250 " + MEGABYTE + b"\r\n", "in_doubt", NONSENSE + "250 xxx"),
    Trick("BODY", "354 go on", "in_doubt", NONSENSE + "354 go on"),
    # Answered before it was asked, and the true answer is another.
    Trick("DATA", b"354 go\r\n250 2.0.0 taken\r\n", "deferred", "before it was asked"),
)
# They take as long as it is waited for them: all in the last group.
STALLS = (
    Trick("RCPT", silent, "deferred", SILENT),
    Trick("RCPT", unfinished, "deferred", SILENT),
    Trick("BODY", silent, "in_doubt", SILENT),
)


def on_the_page(made):
    """What an editor reads of each address."""
    with Desk(made) as desk:
        page = desk.editor().open("/admin/mailings/bulletin/1/deliveries/")
    table = page.select(".ledger-table tbody tr")
    texts = [" ".join(row.text.split()) for row in table]
    return {one: text for one in AUDIENCE for text in texts if one in text}


def test_each_lie_of_a_server_has_its_row_and_its_reason(make_product, chance):
    assert len(STALLS) < CONNECTIONS
    cheated = chance.sample(AUDIENCE[:-CONNECTIONS], len(TRICKS))
    tricks = dict(zip(cheated, TRICKS, strict=True))
    tricks |= zip(AUDIENCE[-len(STALLS) :], STALLS, strict=True)
    odd: dict[str, dict] = {"RCPT": {}, "DATA": {}, "BODY": {}}
    for one, trick in tricks.items():
        odd[trick.verb][one] = trick.answer
    odd["BODY"][cheated[-1]] = "554 5.7.1 not wanted"
    script = Watched(odd=odd)
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS="4", RETRY_SECONDS=IN_DAYS)
        assert until_idle(made) == until_idle(made) == ""
        told = ledger(made, "1")
        shown = on_the_page(made)
    doubts = sum(trick.status == "in_doubt" for trick in tricks.values())
    judge(
        audience=AUDIENCE,
        ledger=told,
        taken=script.taken,
        doubts=doubts,
        is_over=False,
    )
    for one, row in rows(told).items():
        trick = tricks.get(one, Trick("", "", "sent", ""))
        assert (one, row["status"]) == (one, trick.status), row["reason"]
        assert trick.reason in row["reason"]
        assert len(row["reason"]) <= 500
        assert row["reason"].isprintable()
        assert row["attempts"] == 1
        assert row["reason"] in shown[one]


def test_a_server_that_says_250_to_everything_is_believed_in_nothing(make_product):
    yes = "250 2.0.0 yes"
    script = Watched(MAIL=yes, RCPT=yes, DATA=yes, BODY=yes, RSET=yes)
    with scripted(script) as port:
        made = make_product(port, LEASE_SECONDS="60", RETRY_SECONDS=IN_DAYS)
        assert until_idle(made) == ""
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=script.taken, is_over=False)
    assert {row["reason"] for row in told["deliveries"]} == {NONSENSE + yes}
    assert told["totals"]["deferred"] == len(AUDIENCE)

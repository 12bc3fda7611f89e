"""Whoever stops it, leaves or is erased in the middle is obeyed within a group."""

import email
import random
import re
import threading
import time

import pytest

from tests.faults.desk import Flight, flying
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, CONNECTIONS, OK, PEOPLE, Stall
from tests.processes import SECONDS
from tests.smtp_server import wait_until

LEAVE = {"List-Unsubscribe": "One-Click"}


class Brake(Stall):
    """Slow, and in full flight from `begin` on; the last two groups wait for `over`."""

    def __init__(self) -> None:
        super().__init__(after=PEOPLE - 2 * CONNECTIONS, then=OK)
        self.begin = threading.Event()

    def __call__(self, connection):
        self.reached.set()
        self.begin.wait(SECONDS)
        time.sleep(0.03)
        return super().__call__(connection)


def obeyed(flight: Flight, verb: str, chance: random.Random) -> int:
    """Press it at some moment, and return how many left after the answer came."""
    editor = flight.desk.editor()
    some = chance.randrange(PEOPLE - 2 * CONNECTIONS)
    flight.stall.begin.set()
    wait_until(lambda: len(flight.script.taken) >= some, seconds=SECONDS)
    assert editor.move(verb).status_code == 302
    handed = len(flight.script.taken)
    flight.until_at_rest({"pause": "paused", "cancel": "cancelled"}[verb])
    return len(flight.script.taken) - handed


def test_f33_a_pause_acts_within_a_group_and_all_the_rest_leaves_after_it(
    make_product, chance
):
    with flying(make_product, Brake()) as flight:
        assert obeyed(flight, "pause", chance) <= CONNECTIONS
        editor = flight.desk.editor("joost")
        waiting = flight.where("queued")
        assert len(waiting) == PEOPLE - len(flight.script.taken) >= CONNECTIONS
        assert editor.move("resume").status_code == 302
        flight.until_at_rest("sent")
        told = flight.end()
    judge(audience=AUDIENCE, ledger=told, taken=flight.script.taken)
    assert told["totals"]["sent"] == PEOPLE


def test_f34_a_cancel_acts_within_a_group_and_is_for_good(make_product, chance):
    with flying(make_product, Brake()) as flight:
        assert obeyed(flight, "cancel", chance) <= CONNECTIONS
        editor = flight.desk.editor("joost")
        for verb in ("resume", "pause", "release", "take-back"):
            editor.move(verb)
        told = flight.end()
    judge(audience=AUDIENCE, ledger=told, taken=flight.script.taken)
    assert told["status"] == "cancelled"
    assert told["totals"]["skipped"] == PEOPLE - len(flight.script.taken) > 0


@pytest.mark.parametrize("verb", ["pause_bulletin", "cancel_bulletin"])
def test_f33_f34_a_command_acts_within_the_group_in_hand(make_product, verb, chance):
    stall = Stall(after=chance.randrange(CONNECTIONS, PEOPLE - 4), then=OK)
    with flying(make_product, stall, has_desk=False) as flight:
        handed = len(flight.script.taken)
        flight.made.ok(verb, "1")
        flight.until_at_rest("paused", "cancelled")
        told = flight.end()
    judge(
        audience=AUDIENCE,
        ledger=told,
        taken=flight.script.taken,
        is_over=verb == "cancel_bulletin",
    )
    assert len(flight.script.taken) <= handed + CONNECTIONS


def link_of(source: str | bytes) -> str:
    text = source.decode() if isinstance(source, bytes) else source
    return email.message_from_string(text)["List-Unsubscribe"].strip("<>\r\n ")


def test_f35_who_leaves_gets_no_copy_but_the_one_in_hand(make_product, chance):
    with flying(make_product, Stall(after=9, then=OK)) as flight:
        pending = chance.choice(AUDIENCE[9 + CONNECTIONS :])
        mail = flight.made.ok("render_bulletin", "1", "--to", pending, "--as", "eml")
        held, held_mail = flight.script.bodies[-1]
        assert held not in flight.script.taken
        visitor = flight.desk.editor()
        for link in (link_of(mail), link_of(held_mail)):
            assert visitor.session.post(link, data=LEAVE).status_code == 200
        flight.until_at_rest("sent")
        told = flight.end()
    judge(audience=AUDIENCE, ledger=told, taken=flight.script.taken)
    row = {one["email"]: one for one in told["deliveries"]}
    assert pending not in flight.script.taken
    assert (row[pending]["status"], row[pending]["reason"]) == ("skipped", "left")
    assert row[held]["status"] == "sent"
    assert told["totals"]["sent"] == PEOPLE - 1


class Naming(Stall):
    """Of those who waited, it refuses every other, by name."""

    def __call__(self, connection):
        answer = super().__call__(connection)
        if answer is self.then and is_odd(connection.recipient):
            return f"550 5.1.1 <{connection.recipient}> is unknown\r\n".encode()
        return answer


def is_odd(address: str) -> bool:
    return int(address[1:4]) % 2 == 1


def test_f36_who_is_erased_gets_no_copy_but_the_one_in_hand_and_is_named_nowhere(
    make_product, chance
):
    with flying(make_product, Naming(after=8, then=b"250 in the end\r\n")) as flight:
        made, script = flight.made, flight.script
        wait_until(lambda: len(script.bodies) == 8 + CONNECTIONS, seconds=SECONDS)
        taken, pending = script.taken[0], chance.choice(AUDIENCE[8 + CONNECTIONS :])
        held = sorted({to for to, _body in script.bodies} - set(script.taken))
        gone = [taken, *held, pending]
        before = sorted(made.query("SELECT id, email FROM mailings_delivery"))
        ids = dict(made.query("SELECT email, id FROM subscribers_subscriber"))
        editor = flight.desk.editor()
        for address in gone:
            page = f"/admin/subscribers/subscriber/{ids[address]}/delete/"
            assert editor.press(page, post="yes").status_code == 302
        flight.until_at_rest("sent")
        told = flight.end()
    assert not re.search("|".join(gone), str(told))
    for row, (_id, address) in zip(told["deliveries"], before, strict=True):
        row["email"] = row["email"] or address  # only this test still knows it
    judge(audience=AUDIENCE, ledger=told, taken=script.taken)
    row = {one["email"]: one for one in told["deliveries"]}
    for address in held:
        wanted = "failed" if is_odd(address) else "sent"
        assert row[address]["status"] == wanted
    assert row[pending]["status"] == "skipped"
    assert row[pending]["reason"] == "no longer known"

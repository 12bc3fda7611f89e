"""The hour of a clock that changes, and a machine that was off when it was time."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import psycopg

from tests.a_bulletin import ledger
from tests.faults.clocks import clock
from tests.faults.desk import Desk, flying
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, PEOPLE, Stall, status, until_all_is_settled
from tests.processes import Product
from tests.smtp_server import Script, scripted

BERLIN = "Europe/Berlin"
PROGRESS = "/admin/mailings/bulletin/1/progress/"
SCHEDULE = "/admin/mailings/bulletin/1/schedule/"
HALF_PAST_TWO = time(2, 30)


def change_in(month: int) -> date:
    """The next last Sunday of March or October: the clock in Berlin changes then."""
    for year in (date.today().year, date.today().year + 1):
        day = date(year, month, 31)
        day -= timedelta(days=(day.weekday() + 1) % 7)
        if day > date.today() + timedelta(days=1):
            return day
    raise AssertionError


def in_berlin(
    day: date, clock_time: time = HALF_PAST_TWO, *, fold: int = 0
) -> datetime:
    said = datetime.combine(day, clock_time, ZoneInfo(BERLIN))
    return said.replace(fold=fold)


def send_at(made: Product) -> datetime:
    ((stored,),) = made.query("SELECT send_at FROM mailings_bulletin")
    found = datetime.fromisoformat(str(stored))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def test_f29_half_past_two_is_refused_where_it_is_no_hour_or_two(make_product, drafted):
    draft = partial(make_product, like=drafted, TIME_ZONE=BERLIN)
    with flying(draft, Stall(after=0), at_once=False) as flight:
        editor = flight.desk.editor()
        for month, said in ((3, "does not exist"), (10, "comes twice")):
            day = change_in(month)
            page = editor.open(SCHEDULE)
            assert f"zone {BERLIN}" in page.get_text(" ", strip=True)
            seen = [str(box["value"]) for box in page.select("input[name=seen]")]
            answer = {"when": "later", "date": day.isoformat(), "seen": seen}
            refused = editor.press(SCHEDULE, time="02:30", **answer)
            assert f"02:30 {said} on {day:%d-%m-%Y}" in refused.text
            assert status(flight.made) == "draft"
            assert editor.press(SCHEDULE, time="03:30", **answer).status_code == 302
            assert send_at(flight.made) == in_berlin(day, time(3, 30))
            editor.move("take-back")
        # A command cannot ask: it says which moment it took.
        naive = f"{change_in(3)}T02:30"
        told = flight.made.ok("send_bulletin", "1", "--yes", "--at", naive)
        assert f"{change_in(3)}T03:30:00+02:00" in told


def round_at(made: Product, moment: datetime) -> None:
    """One look of a sender whose clock says that it is a moment later."""
    says = f"@{moment.astimezone(UTC) + timedelta(seconds=2):%Y-%m-%d %H:%M:%S}"
    zone = {"TZ": "UTC", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    done = made.run("run_sender", "--until-idle", **clock(says) | zone)
    assert (done.returncode, done.stderr) == (0, "")


def make_it_due(made: Product) -> None:
    with psycopg.connect(made.url) as server:
        server.execute("UPDATE mailings_bulletin SET send_at = now()")


def test_f29_at_the_second_half_past_two_of_a_day_it_is_sent_once(
    make_product, drafted
):
    script = Script()
    first, second = (in_berlin(change_in(10), fold=fold) for fold in (0, 1))
    with scripted(script) as port:
        made = make_product(port, like=drafted, TIME_ZONE=BERLIN, LEASE_SECONDS="60")
        made.ok("send_bulletin", "1", "--yes", "--at", second.isoformat())
        round_at(made, first)
        assert (script.taken, status(made)) == ([], "scheduled")
        if made.on_postgresql:
            make_it_due(made)  # its own clock decides, whatever that of a sender says
        round_at(made, second)
        assert len(script.taken) == PEOPLE
        round_at(made, first)
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=script.taken)
    assert told["totals"]["sent"] == PEOPLE


def test_f31_what_missed_its_time_waits_for_an_editor(make_product):
    script = Script()
    with scripted(script) as port:
        made = make_product(port, UNDO_SECONDS="0")
        # Six hours later by a sender's clock, which is the database's on SQLite.
        late = {"LATE_LIMIT": "1"} if made.on_postgresql else clock("+6h")
        made.ok("run_sender", "--until-idle", **late)
        held = ledger(made, "1")
        assert (held["status"], held["audience"]) == ("held", 0)
        assert held["reason"] == "nothing was sending then"
        assert script.taken == []
        with Desk(made) as desk:
            editor = desk.editor()
            page = editor.open(PROGRESS).get_text(" ", strip=True)
            assert "nothing was sending then" in page
            assert editor.press(SCHEDULE, when="now").status_code == 302
        until_all_is_settled(made)
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=script.taken)
    assert told["totals"]["sent"] == PEOPLE

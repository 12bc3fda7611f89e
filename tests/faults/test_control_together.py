"""Buttons that are pressed twice, or by two at once, do what one press does."""

import random
from functools import partial

from tests.faults.desk import EDITORS, Desk, Editor, Flight, flying, together
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, OK, PEOPLE, Stall, status
from tests.processes import SECONDS, Product

PRESSES = 20
SCHEDULE = "/admin/mailings/bulletin/1/schedule/"
PROGRESS = "/admin/mailings/bulletin/1/progress/"
# Which move of a bulletin may follow which, as its trail names them.
NEXT = {
    "": {"scheduled"},
    "scheduled": {"started"},
    "started": {"paused", "cancelled", "finished"},
    "paused": {"resumed", "cancelled"},
    "resumed": {"paused", "cancelled", "finished"},
    "cancelled": set(),
    "finished": set(),
}

BY_ITSELF = ("started", "finished")


def as_seen(editor: Editor) -> dict[str, str | list[str]]:
    """The schedule page's form, filled in: now, and every warning ticked off."""
    page = editor.open(SCHEDULE)
    seen = [str(box["value"]) for box in page.select("input[name=seen]")]
    return {"when": "now", "seen": seen}


def trail(made: Product) -> list[str]:
    """The moves, each of them by one of the editors or, of itself, by Bode."""
    asked = "SELECT act, who FROM mailings_trailentry WHERE bulletin_id = 1 ORDER BY id"
    moves = [(act, who) for act, who in made.query(asked) if act in NEXT]
    for act, who in moves:
        assert who in ([""] if act in BY_ITSELF else EDITORS), act
    return [act for act, _who in moves]


def tabs(desk: Desk, count: int) -> list[Editor]:
    """Half of them one editor's, half the other's."""
    desk.editor()
    return [Editor(desk.site, EDITORS[number % 2]) for number in range(count)]


def test_f24_send_pressed_twenty_times_at_once_is_one_bulletin(make_product, drafted):
    draft = partial(make_product, like=drafted, UNDO_SECONDS="0")
    with flying(draft, Stall(after=PEOPLE), at_once=False) as flight:
        opened = tabs(flight.desk, PRESSES)
        answers = as_seen(opened[0])
        pressed = together([partial(tab.press, SCHEDULE, **answers) for tab in opened])
        # Who came too late is led to the page that shows it is done.
        assert {answer.headers["Location"] for answer in pressed} == {PROGRESS}
        flight.until_at_rest("sent")
        told = flight.end()
        made = flight.made
    judge(audience=AUDIENCE, ledger=told, taken=flight.script.taken)
    assert told["totals"]["sent"] == PEOPLE
    assert trail(made) == ["scheduled", "started", "finished"]
    assert made.query("SELECT count(*) FROM mailings_edition") == [(1,)]


def press_all(flight: Flight, chance: random.Random, *names: str) -> None:
    """Each button four times at once, by two editors, in any order."""
    names_of_all = [*names] * 4
    chance.shuffle(names_of_all)
    opened = tabs(flight.desk, len(names_of_all))
    answers = {"schedule": {"when": "now", "seen": []}}
    if status(flight.made) == "draft":
        answers["schedule"] = as_seen(opened[0])
    together(
        [
            partial(
                tab.press,
                f"/admin/mailings/bulletin/1/{name}/",
                **answers.get(name, {}),
            )
            for tab, name in zip(opened, names_of_all, strict=True)
        ]
    )


def test_f24_two_editors_who_press_send_pause_and_cancel_at_once(
    make_product, drafted, chance
):
    draft = partial(make_product, like=drafted, UNDO_SECONDS="0")
    stall = Stall(after=chance.randrange(PEOPLE - 8), then=OK)
    with flying(draft, stall, at_once=False) as flight:
        press_all(flight, chance, "schedule", "pause", "cancel")
        before = status(flight.made)
        assert before in ("scheduled", "sending", "paused", "cancelled")
        if before != "cancelled":
            flight.desk.editor().move("resume")
            assert stall.reached.wait(SECONDS)
            press_all(flight, chance, "schedule", "pause", "resume", "cancel")
        flight.until_at_rest("cancelled")
        told = flight.end()
        moves = trail(flight.made)
    judge(audience=AUDIENCE, ledger=told, taken=flight.script.taken)
    for move, following in zip(["", *moves], moves, strict=False):
        assert following in NEXT[move], moves
    assert moves[-1] == "cancelled"

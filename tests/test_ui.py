"""The template tags that every page is made with."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from bode import bars, paging, ui
from mailings.models import Bulletin, Delivery, TrailEntry
from senders.models import Sender
from tests.ledgers import make_gone
from tests.make import make_sender

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOON = datetime(datetime.now().year, 11, 26, 9, 0, tzinfo=AMSTERDAM)


def rendered(source: str, **context) -> str:
    return Template(source).render(Context(context))


def test_a_moment_reads_in_dutch_and_in_english():
    weekday = ("Ma", "Di", "Wo", "Do", "Vr", "Za", "Zo")[NOON.weekday()].lower()
    with translation.override("nl"):
        assert ui.moment(NOON) == f"{weekday} 26 nov, 09.00 uur"
    with translation.override("en"):
        assert ui.moment(NOON) == f"{NOON:%a} 26 Nov, 09:00"


def test_a_moment_of_another_year_names_the_year():
    with translation.override("nl"):
        assert ui.day(date(2019, 3, 5)) == "di 5 mrt 2019"


def test_no_moment_is_a_dash():
    assert ui.moment(None) == ui.day(None) == ui.clock(None) == "—"


def test_numbers_are_grouped_as_the_language_writes_them():
    with translation.override("nl"):
        assert ui.number(12480) == "12.480"
    with translation.override("en"):
        assert ui.number(12480) == "12,480"
    assert ui.number(None) == "—"
    assert ui.number_or_dash(0) == "—"


@pytest.mark.parametrize("status", Bulletin.Status.values)
def test_a_bulletin_wears_an_icon_a_word_and_a_colour(status):
    badge = rendered("{% bulletin_badge b %}", b=Bulletin(status=status))

    assert re.search(r'class="badge \w+"', badge)
    assert "<svg" in badge
    assert re.sub(r"<[^>]*>", "", badge).strip()


@pytest.mark.parametrize("status", Delivery.Status.values)
def test_a_delivery_wears_an_icon_a_word_and_a_colour(status):
    badge = rendered("{% delivery_badge s %}", s=status)

    assert re.search(r'class="badge \w+"', badge)
    assert "<svg" in badge
    assert re.sub(r"<[^>]*>", "", badge).strip()


@pytest.mark.parametrize(
    ("status", "states"),
    [
        ("draft", ["current", "ahead", "ahead", "ahead"]),
        ("scheduled", ["done", "current", "ahead", "ahead"]),
        ("sending", ["done", "done", "current", "ahead"]),
        ("paused", ["done", "done", "current", "ahead"]),
        ("sent", ["done", "done", "done", "done"]),
        ("cancelled", ["done", "done", "current", "ahead"]),
    ],
)
def test_the_strip_shows_four_steps_and_where_it_stands(status, states):
    strip = rendered("{% status_strip b %}", b=Bulletin(status=status))

    assert re.findall(r'<li class="(\w+)', strip) == states
    assert strip.count('aria-current="step"') == states.count("current")


def test_the_strip_of_what_was_stopped_ends_where_it_stopped():
    stopped = Bulletin(status="cancelled", finished_at=timezone.now())

    strip = rendered("{% status_strip b %}", b=stopped)

    last_two = [step.count('class="detail"') for step in strip.split("<li")[3:]]
    assert last_two == [1, 0]


def test_the_strip_says_who_took_each_step_and_how_long_the_current_one_lasts():
    bulletin = make_gone("sending", send_at=timezone.now())
    for act, who in (
        ("composed", "Joris"),
        ("composed", "Marit <b>"),
        ("scheduled", "command line"),
        ("started", ""),
    ):
        bulletin.note(TrailEntry.Act(act), by=who)

    with translation.override("en"):
        strip = rendered("{% status_strip b 'about 3 minutes left' %}", b=bulletin)

    steps = [
        " ".join(re.sub("<[^>]*>", " ", one).split()) for one in strip.split("<li")
    ]
    assert steps[1].endswith("by Marit &lt;b&gt;")
    assert steps[2].endswith("from the command line")
    assert steps[3].endswith("about 3 minutes left")


def test_a_bar_has_a_part_for_each_state_and_none_is_too_small_to_see():
    drawn = bars.draw_bar({"sent": 99_990, "failed": 1, "in_doubt": 1, "queued": 8}, 14)

    parts = re.findall(r'<rect class="(\w+)" x="(\d+)" width="(\d+)"', drawn)
    assert [name for name, _x, _width in parts] == ["sent", "failed", "in_doubt"]
    assert all(int(width) >= 6 for _name, _x, width in parts)
    assert "hatch" in drawn


def test_the_parts_of_a_bar_leave_a_gap_and_stay_within_it():
    drawn = bars.draw_bar(
        {"sent": 10, "failed": 10_000, "in_doubt": 9, "skipped": 1}, 8
    )

    parts = [
        (int(x), int(width))
        for x, width in re.findall(r'<rect class="\w+" x="(\d+)" width="(\d+)"', drawn)
    ]
    for (x, width), (following, _width) in zip(parts, parts[1:], strict=False):
        assert following == x + width + 2
    assert sum(parts[-1]) <= bars.WIDTH


@pytest.mark.parametrize(("height", "apart"), [(16, 6), (8, 30)])
def test_the_stripes_of_a_low_bar_stand_wide_apart_and_all_stay_within_their_part(
    height, apart
):
    drawn = bars.draw_bar({"sent": 2, "in_doubt": 1}, height)

    (x, width) = re.search(r'class="in_doubt" x="(\d+)" width="(\d+)"', drawn).groups()
    stripes = re.findall(r"M(\d+) \d+L(\d+) ([\d.]+)", drawn)
    starts = [int(start) for start, _end, _top in stripes]
    assert starts[1] - starts[0] == apart
    assert all(int(end) <= int(x) + int(width) for _start, end, _top in stripes)
    # One that is cut off ends halfway up, and does not bend.
    slopes = {
        round((height - float(top)) / (int(end) - int(start)), 1)
        for start, end, top in stripes
    }
    assert slopes == {round(height / (2 * apart), 1)}


@pytest.mark.parametrize("totals", [{}, {"sent": 0}, {"queued": 3}])
def test_a_bar_of_nothing_is_only_its_track(totals):
    assert bars.draw_bar(totals, 8).count("<rect") == 1


def test_an_icon_is_hidden_from_who_hears_the_page():
    assert 'aria-hidden="true"' in rendered('{% icon "clock" %}')
    with pytest.raises(KeyError):
        rendered('{% icon "no such icon" %}')


def test_the_mark_loses_its_pennant_when_small():
    assert "#F2B233" in rendered("{% mark 30 %}")
    assert "#F2B233" not in rendered("{% mark 20 %}")


def test_a_long_list_is_counted_no_further_than_needed(monkeypatch):
    monkeypatch.setattr(paging, "COUNTED", 2)
    for number in range(4):
        make_sender(from_address=f"s{number}@example.org")

    pages = paging.CappedPaginator(Sender.objects.all(), 1)

    assert (pages.count, pages.and_more) == (2, True)
    assert not paging.CappedPaginator(Sender.objects.filter(pk=0), 1).and_more

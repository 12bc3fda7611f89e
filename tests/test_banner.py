"""What stands above every page of the admin when mail does not go out."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models.functions import Now

from bode import banner, health
from mailings.models import Bulletin, Pulse
from tests.editors import make_chief, make_editor, read
from tests.ledgers import make_delivery, make_gone

PAGES = [
    "/admin/",
    "/admin/mailings/bulletin/",
    "/admin/mailings/bulletin/add/",
    "/admin/senders/sender/",
    "/admin/auth/user/",
    "/admin/password_change/",
]


@pytest.fixture
def chief():
    cache.clear()
    return make_chief()


@pytest.fixture
def running(monkeypatch):
    """The web server runs for longer than a sender needs to begin."""
    monkeypatch.setattr(banner, "STARTED", banner.STARTED - banner.GRACE - 1)


def make_pulse(*, seen=0, worked=None, started=3600):
    return Pulse.objects.create(
        name="host:1",
        started_at=Now() - timedelta(seconds=started),
        seen_at=Now() - timedelta(seconds=seen),
        worked_at=None if worked is None else Now() - timedelta(seconds=worked),
    )


def make_late(*, minutes=10):
    make_gone("scheduled")
    Bulletin.objects.update(send_at=Now() - timedelta(minutes=minutes))


def banner_of(page):
    """Its words, or nothing."""
    found = re.search(r'<div class="banner".*?</div></div></div>', page, re.S)
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split()) if found else ""


def foot_of(page):
    found = re.search(r'class="menu-foot (\w+)">.*?<span>(.*?)</span>', page, re.S)
    return found.groups()


def look(client, path="/admin/"):
    page = client.get(path).content.decode()
    return banner_of(page), foot_of(page)


def test_while_all_is_well_nothing_is_said(chief, running):
    make_pulse()
    said, foot = look(chief)
    assert said == ""
    assert foot == ("good", "Sending is on, through the demo outbox")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_that_no_sender_is_there(chief, running, path):
    said, foot = look(chief, path)
    assert said.startswith("No mail goes out: no sender was ever seen")
    assert "run_sender" in said
    assert foot == ("wrong", "No mail goes out: the sender is away")


def test_a_sender_that_is_gone_was_last_seen_then(chief, running):
    make_pulse(seen=3600)
    assert "the sender was last seen" in look(chief)[0]


def test_the_first_page_does_not_say_below_that_all_is_well(chief, running):
    make_gone("sent")
    assert "All is well" not in read(chief.get("/admin/"))


def test_a_sender_that_is_silent_for_a_minute_alarms_nobody(chief, running):
    make_pulse(seen=60)
    assert look(chief)[0] == ""


def test_a_server_that_just_began_waits_for_its_sender(chief):
    make_pulse(seen=3600)
    assert look(chief)[0] == ""


def test_a_bulletin_that_does_not_begin_is_told(chief, running):
    make_pulse()
    make_late()
    said, foot = look(chief)
    assert said.startswith("A bulletin was to go out ")
    assert "manage.py doctor" in said
    assert foot == ("wrong", "Mail waits, and does not go out")


def test_mail_that_does_not_go_out_is_told_once_it_is_sure(chief, running, monkeypatch):
    make_pulse(worked=600)
    bulletin = make_gone("sending")
    make_delivery(bulletin, status="queued")
    bulletin.deliveries.update(due_at=Now() - timedelta(seconds=600))
    monkeypatch.setattr(health, "REMEMBERED", 0)
    assert look(chief)[0] == ""
    monkeypatch.setattr(health, "PATIENCE", 0)
    assert look(chief)[0].startswith("Mail waits since ")


@pytest.mark.parametrize("seen", [None, 0])
def test_a_hold_is_told_at_once(chief, settings, seen):
    settings.SENDING = "hold"
    if seen is not None:
        make_pulse(seen=seen)
    said, foot = look(chief)
    assert said.startswith("Sending is on hold: no bulletin goes out")
    assert foot == ("attention", "Sending is on hold")


def test_a_sender_that_is_away_weighs_more_than_a_hold(chief, running, settings):
    settings.SENDING = "hold"
    assert look(chief)[0].startswith("No mail goes out")


def test_the_banner_names_no_bulletin_to_who_may_see_none(running):
    cache.clear()
    make_pulse()
    make_late()
    editor = make_editor()
    said = look(editor)[0]
    assert said != ""
    assert "Handreiking" not in read(editor.get("/admin/"))


def test_who_is_not_logged_in_is_told_nothing(client, running):
    cache.clear()
    page = client.get("/admin/login/").content.decode()
    assert banner_of(page) == ""


def test_the_banner_asks_the_database_once_for_many_pages(
    chief, running, django_assert_max_num_queries
):
    chief.get("/admin/password_change/")
    with django_assert_max_num_queries(20) as asked:
        chief.get("/admin/password_change/")
    assert not [one for one in asked.captured_queries if "mailings_pulse" in one["sql"]]

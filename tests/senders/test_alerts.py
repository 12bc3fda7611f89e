"""Letters to the operators: few, in their language, and without anybody's secret."""

from datetime import timedelta

import pytest
from django.utils.translation import gettext_lazy as _

from senders import alerts
from senders.alerts import tell_operators, tell_operators_once
from senders.models import Letter

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _operators(settings):
    settings.OPERATORS = ["first@example.org", "second@example.org"]
    settings.LANGUAGE_CODE = "en"


def test_each_operator_gets_a_letter():
    tell_operators(subject="a test", text="Look.")
    letters = Letter.objects.all()
    assert [one.recipient for one in letters] == [
        "first@example.org",
        "second@example.org",
    ]
    assert {one.kind for one in letters} == {"alert"}
    assert {one.subject for one in letters} == {"Bode: a test"}
    assert letters[0].text.startswith("Look.\n\nYou get this because your address")
    assert "http://127.0.0.1:8000" in letters[0].text


def test_without_operators_nobody_is_told(settings):
    settings.OPERATORS = []
    tell_operators(subject="a test", text="Look.")
    tell_operators_once(subject="a test", text="Look.", within=HOUR)
    assert not Letter.objects.exists()


def test_it_speaks_the_language_of_the_server(settings):
    settings.LANGUAGE_CODE = "nl"
    tell_operators(subject=_("Yes"), text=_("Paused"))
    letter = Letter.objects.first()
    assert letter.text.startswith("Gepauzeerd\n")


def test_the_same_subject_is_told_once_within_the_time():
    for _turn in range(3):
        tell_operators_once(subject="a test", text="Look.", within=HOUR)
    assert Letter.objects.count() == 2
    Letter.objects.update(created_at=Letter.objects.first().created_at - HOUR)
    tell_operators_once(subject="a test", text="Look.", within=HOUR)
    assert Letter.objects.count() == 4


def test_other_subjects_are_told_too_but_not_without_end(monkeypatch):
    monkeypatch.setattr(alerts, "MOST", 3)
    for number in range(9):
        tell_operators_once(subject=f"test {number}", text="Look.", within=HOUR)
    assert Letter.objects.count() == 3 * 2

"""What a provider's answer says, and of whom."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from senders.transports.providers.said import Said, said_by


def said(body):
    return Said(422, json.dumps(body))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "Forbidden"}, "Forbidden"),
        ({"id": 7, "to": "jo@lezer.example", "message": "No"}, "No"),
        ({"code": "invalid", "message": "No\n\r\tgood"}, "invalid, No good"),
        ({"errors": {"to.0": ["must be an address"]}}, "must be an address"),
        ({"errors": ["a", "a", "b"]}, "a, b"),
        ({"ErrorCode": 300, "Message": "Bad"}, "300, Bad"),
        ({"error": True, "message": ""}, '{"error": true, "message": ""}'),
    ],
)
def test_the_words_for_people_are_found(body, words):
    assert said(body).words == words


def test_a_page_is_read_without_its_markup():
    page = (
        "<head><title>x</title></head><h1>502 Bad <b>Gateway</b></h1><style>a{}</style>"
    )
    assert Said(502, page).words == "502 Bad Gateway"


def test_words_have_an_end():
    assert len(Said(400, "no " * 9999).words) == 300


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ([{"email": "JO@lezer.example", "reject_reason": "spam"}], "spam"),
        ({"failed": {"jo@lezer.example": "invalid"}}, "invalid"),
        (
            {"w": [{"recipients": [{"email": "jo@lezer.example", "reasons": ["b"]}]}]},
            "b",
        ),
        ({"responses": [{"errors": ["a"]}, {"errors": ["mine"]}]}, "mine"),
    ],
)
def test_what_is_said_of_one_reader_is_found(body, part):
    found = said(body).part_on("jo@lezer.example", place=1, count=2)
    assert found.words == part


def test_of_whom_nothing_is_said_all_is_said():
    whole = said({"message": "No"})
    assert whole.part_on("jo@lezer.example", place=0, count=99) is whole


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0.5", 1),
        ("1.0", 1),
        ("9999999", 86400),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("Tue, 03 Nov 2026 09:00:00 GMT", 0),
    ],
)
def test_how_long_to_wait(value, seconds):
    assert Said(429, headers={"retry-after": value}).retry_after == seconds


def test_a_moment_to_wait_for_is_seconds_from_now():
    moment = datetime.now(UTC) + timedelta(seconds=90)
    headers = {"retry-after": format_datetime(moment, usegmt=True)}
    assert 88 <= Said(429, headers=headers).retry_after <= 91


@pytest.mark.parametrize("response", [None, "what", {}, {"Error": {}}, object()])
def test_what_is_no_answer_says_nothing(response):
    assert said_by(response) is None

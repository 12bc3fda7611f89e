"""The log: in two forms, of which neither tells who anybody is."""

import io
import json
import logging

import pytest
from django.test import Client

from bode.logs import JsonLines, TextLines, logging_settings, request_id
from mailings import pulse, starting
from tests.mailings.sending import (
    ObedientTransport,
    make_due_bulletin,
    make_sending_bulletin,
    people,
    send,
)


def make_record(message, *args, error=None, **extra):
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("a.b", logging.WARNING, "", 0, message, args, info)
    record.__dict__.update(extra)
    return record


def caught(error):
    try:
        raise error
    except type(error) as found:
        return found


def as_json(record):
    text = JsonLines().format(record)
    assert "\n" not in text
    return json.loads(text)


@pytest.fixture(autouse=True)
def _outside_of_a_request():
    request_id.set("")


@pytest.fixture
def lines():
    """What the engine and the web log, as a process with LOG_FORMAT=json would."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(one) for one in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_a_line_of_json_holds_time_level_logger_message_and_ids():
    line = as_json(make_record("bulletin %s", 7, bulletin=7, claim="c", secret="s"))
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "a.b",
        "message": "bulletin 7",
        "bulletin": 7,
        "claim": "c",
    }


def test_an_error_is_one_line_of_json_without_addresses():
    error = caught(ValueError("no anne@example.org\nhere"))
    line = as_json(make_record("it broke", error=error))
    assert "Traceback" in line["error"]
    assert "ValueError: no …@…" in line["error"]


def test_a_line_of_text_cannot_be_forged():
    line = TextLines().format(make_record("Not Found: %s", "/x\n2026 ERROR \x1b[31m"))
    assert "\n" not in line
    assert "\x1b" not in line
    assert line.endswith("WARNING a.b: Not Found: /x\\x0a2026 ERROR \\x1b[31m")


def test_an_error_in_text_stands_on_lines_of_its_own_without_addresses():
    error = caught(ValueError("no anne@example.org"))
    text = TextLines().format(make_record("it broke", error=error))
    assert "it broke\n  Traceback" in text
    assert text.endswith("  ValueError: no …@…")


def test_the_words_of_an_error_begin_no_line_and_tell_a_terminal_nothing():
    error = caught(ValueError("a\n2026-01-01 ERROR b\r\x1b[2J\x9b2J"))
    text = TextLines().format(make_record("it broke", error=error))
    _first, *others = text.split("\n")
    assert others[-1] == "  2026-01-01 ERROR b\\x0d\\x1b[2J\\x9b2J"
    assert all(line.startswith("  ") for line in others)


def test_a_record_that_does_not_fit_its_own_words_breaks_nothing(monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger("mailings").warning("%(name)s", {}, extra={"bulletin": 1})


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_settings_choose_the_form(form):
    chosen = logging_settings(form)
    assert chosen["handlers"]["console"]["formatter"] == form
    assert chosen["formatters"][form]["()"].endswith(
        {"text": "TextLines", "json": "JsonLines"}[form]
    )


def test_each_request_has_a_name_in_its_lines_and_its_answer(client, lines):
    answer = client.get("/u/a-token-that-is-wrong")
    (line,) = lines()
    assert line["request"] == answer["X-Request-ID"]
    assert (line["method"], line["path"]) == ("GET", "/u/…")
    assert line["status_code"] == 404
    assert client.get("/nothing")["X-Request-ID"] != answer["X-Request-ID"]


@pytest.mark.parametrize(
    ("given", "kept"), [("0123-abcdef", True), ("short", False), ("with space", False)]
)
def test_the_proxys_name_of_a_request_is_kept_if_it_is_one(client, given, kept):
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) == kept


def test_a_page_that_fails_is_logged_once_with_its_error(lines, monkeypatch):
    monkeypatch.setattr("subscribers.views.render", lambda *a, **k: 1 / 0)
    answer = Client(raise_request_exception=False).get("/u/wrong")
    assert answer.status_code == 500
    (line,) = lines()
    assert "ZeroDivisionError" in line["error"]
    assert line["path"] == "/u/…"


def test_the_engine_logs_its_milestones_by_number(lines):
    bulletin = make_due_bulletin(people=2)
    starting.start(bulletin)
    send(bulletin, ObedientTransport())
    told = [line["message"] for line in lines()]
    assert told == [
        f"bulletin {bulletin.pk} is sending",
        f"bulletin {bulletin.pk}: 2 sent",
        f"bulletin {bulletin.pk} is sent",
    ]
    assert {line["bulletin"] for line in lines()} == {bulletin.pk}


def test_nothing_that_the_engine_logs_names_a_reader(lines):
    bulletin = make_sending_bulletin(people=3)
    send(bulletin, ObedientTransport())
    said = json.dumps(lines())
    assert not any(address in said for address in people(0, 1, 2))


def test_what_was_sent_is_counted_for_the_next_beat(monkeypatch):
    monkeypatch.setattr(pulse, "own", pulse.Own())
    send(make_sending_bulletin(people=4), ObedientTransport())
    assert (pulse.own.sent, pulse.own.worked) == (4, True)


def test_a_sender_that_sends_a_slice_is_seen(monkeypatch):
    monkeypatch.setattr(pulse, "own", pulse.Own())
    assert not pulse.is_alive()
    send(make_sending_bulletin(people=1), ObedientTransport())
    assert pulse.is_alive()

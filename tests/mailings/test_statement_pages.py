"""The statement to take along: as a sheet, and on paper."""

import csv
import io
import tracemalloc
from datetime import UTC, datetime

import pytest
from django.utils import translation

from mailings import statement
from mailings.admin import statement_page
from mailings.models import Delivery
from mailings.reasons import Reason
from subscribers.erasing import erase
from tests.editors import make_editor, read
from tests.mailings.flying import make_draft, url
from tests.mailings.sending import answering, make_sending_bulletin, send
from tests.make import make_subscriber

AT = datetime(2026, 11, 26, 9, 31, 4, tzinfo=UTC)
MANY = 20_000
MOST_MEMORY = 12 * 2**20  # bytes; all rows at once would be five times that


def sheet(client, bulletin, delimiter=","):
    answer = client.get(url("deliveries_csv", bulletin))
    assert answer.status_code == 200
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def add_many(bulletin, count):
    edition = bulletin.edition
    Delivery.objects.bulk_create(
        (
            Delivery(
                bulletin=bulletin,
                edition=edition,
                email=f"q{number:06}@lezer.example",
                address_key=f"key-{number}",
                values={"first_name": f"Q{number}", "organisation": "x" * 100},
            )
            for number in range(count)
        ),
        batch_size=2000,
    )


def test_a_sheet_says_of_everyone_what_when_and_why():
    bulletin = make_sending_bulletin(people=3)
    bulletin.deliveries.filter(email="p0@lezer.example").update(
        status="sent", attempts=1, sent_at=AT
    )
    bulletin.deliveries.filter(email="p1@lezer.example").update(
        status="deferred", attempts=2, reason="450 busy", due_at=AT, changed_at=AT
    )
    bulletin.deliveries.filter(email="p2@lezer.example").update(
        status="skipped", reason="left", changed_at=AT
    )
    head, *rows = sheet(make_editor("view_bulletin"), bulletin)
    mark = bulletin.edition.fingerprint[:12]
    when = "2026-11-26 10:31:04"
    message_id = bulletin.deliveries.first().message_id
    first, second, third = rows
    assert first == [
        *("1", "p0@lezer.example", "P0", "Sent", "", "1", when, "", message_id, mark)
    ]
    assert second[3:8] == ["Later again", "450 busy", "2", when, when]
    assert third[3:9] == ["Skipped", "left the list", "0", when, "", ""]
    assert len(head) == len(first)


def test_a_dutch_sheet_is_dutch_and_a_dutch_spreadsheet_opens_it():
    bulletin = make_sending_bulletin(people=1)
    bulletin.deliveries.update(status="skipped", reason="left")
    client = make_editor("view_bulletin")
    dutch = {"accept-language": "nl"}
    answer = client.get(url("deliveries_csv", bulletin), headers=dutch)
    text = answer.getvalue().decode("utf-8-sig")
    (row,) = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
    assert row[3] == "Overgeslagen"


def test_a_sheet_runs_no_formula_that_a_person_is_named():
    bulletin = make_sending_bulletin(people=1)
    bulletin.deliveries.update(
        email="=1+1@lezer.example", values={"name": "x;=HYPERLINK(1)"}, reason="@SUM(1)"
    )
    (row,) = sheet(make_editor("view_bulletin"), bulletin)[1:]
    assert row[1] == "'=1+1@lezer.example"
    assert row[2] == "x;'=HYPERLINK(1)"
    assert row[4] == "'@SUM(1)"


def test_an_erased_person_stays_as_a_row_on_every_kind_of_statement():
    bulletin = make_sending_bulletin(people=2)
    send(bulletin, answering())
    erase(bulletin.deliveries.first().subscriber)
    editor = make_editor("view_bulletin")
    rows = sheet(editor, bulletin)[1:]
    assert [row[1:4] for row in rows] == [
        ["", "erased person", "Sent"],
        ["p1@lezer.example", "P1", "Sent"],
    ]
    for name in ("deliveries", "deliveries_print"):
        text = read(editor.get(url(name, bulletin)))
        assert "Erased person" in text
        assert "p0@lezer.example" not in text
        assert "P0" not in text


def test_a_sheet_is_sent_in_portions_and_never_held_as_a_whole(monkeypatch):
    bulletin = make_sending_bulletin(people=1)
    add_many(bulletin, MANY)
    client = make_editor("view_bulletin")
    answer = client.get(url("deliveries_csv", bulletin))
    tracemalloc.start()
    lines = sum(portion.count(b"\r\n") for portion in answer.streaming_content)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lines == MANY + 2
    assert most < MOST_MEMORY


def test_a_draft_gives_a_sheet_with_a_head_alone():
    assert len(sheet(make_editor("view_bulletin"), make_draft())) == 1


def test_on_paper_stand_the_sum_the_fingerprint_and_everyone():
    bulletin = make_sending_bulletin(people=2)
    send(bulletin, answering())
    page = make_editor("view_bulletin").get(url("deliveries_print", bulletin))
    text = read(page)
    assert bulletin.edition.fingerprint in text
    assert "Sent 2" in text
    assert "Audience 2" in text
    assert "P0 p0@lezer.example Sent" in text
    assert text.count("@lezer.example") == 2


def test_on_paper_as_on_the_page_it_has_not_ended_yet():
    bulletin = make_sending_bulletin(people=1)
    text = read(make_editor("view_bulletin").get(url("deliveries_print", bulletin)))
    assert "Scheduled by Bode" in text
    assert "Ended not yet" in text


def test_our_words_before_those_of_a_server_are_in_the_language_of_the_page():
    bulletin = make_sending_bulletin(people=1)
    bulletin.deliveries.update(status="deferred", reason=f"{Reason.RESTS}: 450 busy")
    with translation.override("nl"):
        ours = f"{Reason.RESTS.label}: 450 busy"
    assert ours != bulletin.deliveries.get().reason
    client = make_editor("view_bulletin")
    dutch = {"accept-language": "nl"}
    for name in ("deliveries", "deliveries_print", "progress"):
        assert ours in read(client.get(url(name, bulletin), headers=dutch))
    answer = client.get(url("deliveries_csv", bulletin), headers=dutch)
    assert ours in answer.getvalue().decode()


def test_what_does_not_fit_on_paper_is_said_and_left_to_the_sheet(monkeypatch):
    monkeypatch.setattr(statement_page, "ON_PAPER", 2)
    bulletin = make_sending_bulletin(people=3)
    text = read(make_editor("view_bulletin").get(url("deliveries_print", bulletin)))
    assert "More than 2 people do not fit on paper" in text
    assert "@lezer.example" not in text
    assert "Audience 3" in text


@pytest.mark.parametrize("name", ["deliveries_csv", "deliveries_print"])
def test_who_may_not_see_bulletins_gets_no_statement(name):
    bulletin = make_sending_bulletin(people=1)
    assert make_editor().get(url(name, bulletin)).status_code == 403


def test_the_page_says_who_let_it_out_and_what_left():
    bulletin = make_sending_bulletin(people=1)
    text = read(make_editor("view_bulletin").get(url("deliveries", bulletin)))
    assert bulletin.edition.fingerprint in text
    assert "Scheduled by Bode" in text
    assert "Ended not yet" in text


def test_an_outcome_says_more_than_that_it_was_sent():
    bulletin = make_sending_bulletin(people=1)
    bulletin.deliveries.update(status="sent", outcome="bounced", sent_at=AT)
    client = make_editor("view_bulletin")
    assert "Came back" in read(client.get(url("deliveries", bulletin)))
    assert sheet(client, bulletin)[1][3] == "Came back"


def test_a_search_finds_the_beginning_of_an_address_and_no_more():
    bulletin = make_sending_bulletin(people=3)
    make_subscriber("later@lezer.example")
    page = make_editor("view_bulletin").get(url("deliveries", bulletin), {"q": "LEZER"})
    assert page.context["rows"] == []
    assert statement.deliveries_of(bulletin).count() == 3

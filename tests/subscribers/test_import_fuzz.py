"""Whatever a file holds, it is imported, rejected by row or refused whole."""

import csv
import io
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscribers.errors import ImportRefused
from subscribers.importing.running import import_file
from subscribers.models import ConsentEvent, MailingList, Subscriber, Subscription
from tests.make import make_list

LIVELY = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CELL = st.one_of(
    st.text(max_size=20).filter(lambda text: "\0" not in text),
    st.sampled_from(["a@example.org", "A@example.org", "b@example.org", "", " ", "x@"]),
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "people.csv"


def fresh():
    for model in (Subscriber, MailingList):
        model.objects.all().delete()
    return make_list()


def outcome(path):
    """The counts added up, or None where the file was refused."""
    try:
        report = import_file(path, slug="nieuwsbrief")
    except ImportRefused:
        assert not Subscriber.objects.exists()
        return None
    assert Subscriber.objects.count() == report.counts["added"]
    assert Subscription.objects.confirmed().count() == report.counts["added"]
    return report.counts.total() + len(report.rejected)


@LIVELY
@given(content=st.binary(max_size=300))
def test_any_bytes_end_in_a_report_or_a_refusal(path, content):
    fresh()
    path.write_bytes(content)
    outcome(path)


@LIVELY
@given(content=st.binary(max_size=200))
def test_any_bytes_below_a_header_end_in_a_report_or_a_refusal(path, content):
    fresh()
    path.write_bytes(b"email,name,taal\r\n" + content)
    outcome(path)


@LIVELY
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_row_that_holds_anything_is_counted_once(path, rows, delimiter, encoding):
    fresh()
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["email", "name", "taal"], *rows])
    path.write_bytes(written.getvalue().encode(encoding, errors="replace"))
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert outcome(path) == len(filled)


@LIVELY
@given(name=st.text(alphabet=string.printable, max_size=30))
def test_what_is_kept_of_a_name_is_on_one_line(path, name):
    fresh()
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["email", "name"], ["a@example.org", name]])
    path.write_text(written.getvalue(), newline="")
    outcome(path)
    for kept in Subscriber.objects.values_list("name", flat=True):
        assert kept.isprintable()
        assert kept.split() == name.split()
    assert ConsentEvent.objects.count() >= Subscriber.objects.count()

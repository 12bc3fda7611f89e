"""What becomes of each row of a file."""

import pytest

from subscribers import subscribing
from subscribers.erasing import erase
from subscribers.errors import ImportRefused
from subscribers.importing import running
from subscribers.importing.running import import_file
from subscribers.keys import address_key
from subscribers.models import ConsentEvent, MailingList, Subscriber, Subscription
from subscribers.suppressing import suppress
from tests.make import make_list, make_subscriber
from tests.subscribers.importing import counts, refusal, run

EMAIL = "n.wiersma@eikerveld.example"


# --- What becomes of a person -------------------------------------------------------
def test_everybody_is_confirmed_at_once_and_the_proof_names_the_import(write):
    mailing_list = make_list(legal_basis="contract")
    report = run(write("email,first_name\na@example.org,Anna\nB@example.org,Bo\n"))

    assert counts(report) == (2, 0, 0, 0, 0)
    assert set(Subscription.objects.values_list("status", flat=True)) == {"confirmed"}
    anna = Subscriber.objects.get(email="a@example.org")
    assert (anna.first_name, anna.language) == ("Anna", "nl")
    event = ConsentEvent.objects.get(subscriber=anna)
    assert (event.kind, event.method) == ("imported", "import")
    assert event.source == "import people.csv"
    assert event.address_key == address_key("A@example.org")
    assert (event.legal_basis, event.mailing_list) == ("contract", mailing_list)
    assert event.list_name == "Nieuwsbrief"
    assert Subscriber.objects.mailable([mailing_list.pk]).count() == 2


def test_the_same_file_again_changes_nothing(write):
    path = write("email,first_name\na@example.org,Anna\n")
    run(path)
    assert counts(run(path)) == (0, 0, 1, 0, 0)
    assert ConsentEvent.objects.count() == 1


def test_who_is_on_the_list_is_updated_where_a_value_changed(write):
    mailing_list = make_list()
    subscriber = make_subscriber(
        EMAIL, lists=[mailing_list], first_name="Nynke", last_name="Wiersma"
    )
    since = subscriber.created_at
    content = f"email,first_name,last_name\n{EMAIL.upper()},Noa,\n"
    assert counts(run(write(content))) == (0, 1, 0, 0, 0)
    subscriber.refresh_from_db()
    assert (subscriber.first_name, subscriber.last_name) == ("Noa", "Wiersma")
    assert (subscriber.email, subscriber.created_at) == (EMAIL, since)
    assert not ConsentEvent.objects.exists()


def test_who_is_known_from_another_list_is_added(write):
    other = make_list(slug="other")
    subscriber = make_subscriber(EMAIL, lists=[other], first_name="Nynke")
    report = run(write(f"email,first_name\n{EMAIL},Noa\n"))
    assert counts(report) == (1, 0, 0, 0, 0)
    subscriber.refresh_from_db()
    assert subscriber.first_name == "Noa"
    assert subscriber.subscriptions.confirmed().count() == 2


def test_who_was_pending_is_confirmed(write):
    mailing_list, subscriber = make_list(), make_subscriber(EMAIL)
    Subscription.objects.create(subscriber=subscriber, mailing_list=mailing_list)
    assert counts(run(write(f"email\n{EMAIL}\n"))) == (0, 1, 0, 0, 0)
    assert subscriber.subscriptions.get().status == "confirmed"
    assert ConsentEvent.objects.get().kind == "imported"


def test_who_left_this_list_stays_away_and_is_not_changed(write):
    mailing_list = make_list()
    subscriber = make_subscriber(EMAIL, lists=[mailing_list])
    subscribing.unsubscribe(subscriber, mailing_list)
    report = run(write(f"email,first_name\n{EMAIL.upper()},Noa\n"))
    assert counts(report) == (0, 0, 0, 1, 0)
    subscriber.refresh_from_db()
    assert subscriber.first_name == ""
    assert subscriber.subscriptions.get().status == "unsubscribed"


def test_who_left_another_list_is_added_to_this_one(write):
    other = make_list(slug="other")
    subscriber = make_subscriber(EMAIL, lists=[other])
    subscribing.unsubscribe(subscriber, other)
    assert counts(run(write(f"email\n{EMAIL}\n"))) == (1, 0, 0, 0, 0)
    assert subscriber.subscriptions.get(mailing_list=other).status == "unsubscribed"


def test_a_suppressed_address_is_skipped_even_after_the_person_was_erased(write):
    suppress(EMAIL, reason="asked")
    assert counts(run(write(f"email\n{EMAIL}\n"))) == (0, 0, 0, 1, 0)
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("left_before", [True, False])
def test_nobody_who_was_erased_comes_back_through_a_file(write, left_before):
    readers = make_list()
    person = make_subscriber(EMAIL, lists=[readers])
    if left_before:
        subscribing.unsubscribe(person, readers)
    erase(person)
    assert counts(run(write(f"email\n{EMAIL}\nb@lezer.example\n"))) == (1, 0, 0, 1, 0)
    assert [one.email for one in Subscriber.objects.all()] == ["b@lezer.example"]


def test_who_joined_anew_after_an_erasure_is_on_the_list_for_a_file_too(write):
    readers = make_list()
    erase(make_subscriber(EMAIL, lists=[readers]))
    subscribing.subscribe(EMAIL, readers, method=ConsentEvent.Method.PAGE)
    report = run(write(f"email,first_name\n{EMAIL},Noa\n"))
    assert counts(report) == (0, 1, 0, 0, 0)


def test_the_second_time_in_the_file_is_skipped_and_the_first_counts(write):
    content = "email,name\nInfo@Büro.example,One\ninfo@xn--bro-hoa.EXAMPLE,Two\n"
    assert counts(run(write(content))) == (1, 0, 0, 1, 0)
    one = Subscriber.objects.get()
    assert (one.email, one.name) == ("Info@Büro.example", "One")


def test_a_rejected_row_does_not_use_up_the_address(write):
    content = f"email,name\n{EMAIL},{'x' * 301}\n{EMAIL},Short\n"
    assert counts(run(write(content))) == (1, 0, 0, 0, 1)


def test_empty_lines_and_cells_never_count_but_have_a_number(write):
    content = (
        "\n"  # row 1
        "email;name\n"  # row 2
        "\n"  # row 3
        ";\n"  # row 4
        '"a@example.org";"Two\nlines"\n'  # row 5
        "  ; \n"  # row 6
        "bad;x\n"  # row 7
    )
    report = run(write(content))
    assert counts(report) == (1, 0, 0, 0, 1)
    assert [row for row, _reason in report.rejected] == [7]
    assert Subscriber.objects.get().name == "Two lines"


def test_rows_are_numbered_as_in_a_spreadsheet(write):
    report = run(write("email\nbad\na@example.org\nworse\n"))
    assert [row for row, _reason in report.rejected] == [2, 4]


@pytest.mark.parametrize(
    "email",
    [
        "nobody",
        "@example.org",
        "a@",
        "a@b",
        "a b@example.org",
        "jörg@example.org",
        "a@example.org,b@example.org",
        "a@example.org\nBcc: b@example.org",
        "a@exam\x1bple.org",
        "Anna <a@example.org>",
        "a..b@example.org",
        "a@-example.org",
        f"{'x' * 65}@example.org",
        f"a@{'x' * 64}.example",
        "=1+1",
        "",
    ],
)
def test_a_bad_address_is_rejected_with_its_reason(write, email):
    quoted = '"' + email.replace('"', '""') + '"'
    report = run(write(f"email,name\n{quoted},Somebody\nok@example.org,Ok\n"))
    assert counts(report) == (1, 0, 0, 0, 1)
    row, reason = report.rejected[0]
    assert row == 2
    assert reason.endswith(".")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("first_name", "An\x1bna"),
        ("name", "a\x85b"),
        ("name", "a\u2028b"),
        ("name", "a\u202eb"),
        ("infix", "x" * 41),
        ("first_name", "x" * 121),
        ("organisation", "x" * 201),
        ("name", "x" * 301),
    ],
)
def test_a_bad_value_is_rejected(write, column, value):
    report = run(write(f"email,{column}\n{EMAIL},{value}\n"))
    assert counts(report) == (0, 0, 0, 0, 1)
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("name", ["=1+1", "+31", "-x", "@home", "{{ email }}", "<b>x"])
def test_a_name_is_only_text(write, name):
    run(write(f"email,name\n{EMAIL},{name}\n"))
    assert Subscriber.objects.get().name == name


def test_a_row_with_more_cells_than_the_header_is_rejected(write):
    content = f"email,name\n{EMAIL},Wiersma, Nynke\nb@example.org,Bo,,\nc@example.org\n"
    assert counts(run(write(content))) == (2, 0, 0, 0, 1)


def test_a_cell_of_several_lines_becomes_one(write):
    run(write(f'email,organisation\n{EMAIL},"Gemeente\r\n  Eikerveld\t"\n'))
    assert Subscriber.objects.get().organisation == "Gemeente Eikerveld"


# --- All or nothing -----------------------------------------------------------------
def test_more_than_one_batch_adds_up(write, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 3)
    rows = "".join(f"p{n}@example.org\n" for n in range(10))
    path = write(f"email\n{rows}P1@example.org\nbad\n")
    assert counts(run(path)) == (10, 0, 0, 1, 1)
    assert counts(run(path)) == (0, 0, 10, 1, 1)


def test_a_file_that_turns_out_to_be_no_csv_changes_nothing(write, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 1)
    content = 'email,name\na@example.org,A\nb@example.org,"never closed\nc@d.example,C'
    assert " 3 " in refusal(write(content))
    assert not ConsentEvent.objects.exists()


def test_a_dry_run_reports_the_same_and_changes_nothing(write):
    mailing_list = make_list()
    make_subscriber(EMAIL, lists=[mailing_list])
    path = write(f"email,first_name\n{EMAIL},Noa\nnew@example.org,Bo\nbad,x\n")
    dry = run(path, dry_run=True)
    assert Subscriber.objects.get().first_name == ""
    assert not ConsentEvent.objects.exists()
    assert counts(dry) == counts(run(path)) == (1, 1, 0, 0, 1)


def test_a_list_is_made_only_where_it_is_asked_for(write):
    path = write(f"email\n{EMAIL}\n")
    with pytest.raises(ImportRefused):
        import_file(path, slug="new")
    import_file(path, slug="new", create_list="Duurzaamheid", dry_run=True)
    assert not MailingList.objects.exists()

    import_file(path, slug="new", create_list="Duurzaamheid")
    made = MailingList.objects.get()
    assert (made.name, made.slug, made.is_public) == ("Duurzaamheid", "new", True)
    import_file(path, slug="new", create_list="Another name")
    assert MailingList.objects.get().name == "Duurzaamheid"


@pytest.mark.parametrize(
    ("slug", "name"), [("Not A Slug", "X"), ("x", "a\nb"), ("x", "x" * 121), ("", "X")]
)
def test_a_list_that_cannot_be_is_not_made(write, slug, name):
    with pytest.raises(ImportRefused):
        import_file(write(f"email\n{EMAIL}\n"), slug=slug, create_list=name)
    assert not MailingList.objects.exists()

"""Reading any CSV, and what becomes of each row."""

import pytest

from subscribers import subscribing
from subscribers.errors import ImportRefused
from subscribers.importing import reading, running
from subscribers.importing.columns import FIELD_OF, read_header, read_language
from subscribers.importing.running import import_file
from subscribers.keys import address_key
from subscribers.models import ConsentEvent, MailingList, Subscriber, Subscription
from subscribers.suppressing import suppress
from tests.make import make_list, make_subscriber

EMAIL = "n.wiersma@eikerveld.example"


@pytest.fixture
def write(tmp_path):
    """Write a file and return its path."""

    def write(content, encoding="utf-8", name="people.csv"):
        path = tmp_path / name
        path.write_bytes(
            content if isinstance(content, bytes) else content.encode(encoding)
        )
        return path

    return write


def run(path, **options):
    if not MailingList.objects.filter(slug="nieuwsbrief").exists():
        make_list()
    return import_file(path, slug="nieuwsbrief", **options)


def counts(report):
    names = ("added", "updated", "unchanged", "skipped")
    return tuple(report.counts[name] for name in names) + (len(report.rejected),)


def refusal(path):
    """The sentence with which the file as a whole is refused."""
    with pytest.raises(ImportRefused) as refused:
        run(path)
    assert not Subscriber.objects.exists()
    return str(refused.value)


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


# --- Encodings and delimiters -------------------------------------------------------
@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "cp1252",
        "latin-1",
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_usual_encoding_and_line_end(write, encoding, ends):
    content = ends.join(["e-mail;voornaam", f"{EMAIL};Zoë Müller-Étienne", ""])
    assert counts(run(write(content, encoding))) == (1, 0, 0, 0, 0)
    assert Subscriber.objects.get().first_name == "Zoë Müller-Étienne"


def test_the_quotes_and_the_euro_of_windows(write):
    run(write(f"email;naam\n{EMAIL};“Zoë” – €\n", "cp1252"))
    assert Subscriber.objects.get().name == "“Zoë” – €"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter(write, delimiter):
    rows = [["Naam", "E-mail"], ["Jansen, P; c|o", EMAIL]]
    content = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert counts(run(write(content))) == (1, 0, 0, 0, 0)
    assert Subscriber.objects.get().name == "Jansen, P; c|o"


def test_a_file_with_one_column_needs_no_delimiter(write):
    assert counts(run(write(f"E-mail\n{EMAIL}"))) == (1, 0, 0, 0, 0)


def test_the_hint_of_excel_is_no_row(write):
    report = run(write(f"sep=;\r\nnaam;email\r\nx;bad\r\nNynke;{EMAIL}\r\n"))
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.rejected[0][0] == 2


# --- Columns ------------------------------------------------------------------------
ALL = (
    "email",
    "salutation",
    "first_name",
    "infix",
    "last_name",
    "name",
    "organisation",
    "function",
    "language",
)


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            "email,salutation,first_name,infix,last_name,name,organisation,function,"
            "language",
            ALL,
        ),
        (
            "E-mail address,Salutation,First name,Infix,Surname,Full name,"
            "Organization,Job title,Language",
            ALL,
        ),
        (
            "E-mailadres,Aanhef,Voornaam,Tussenvoegsel,Achternaam,Naam,Organisatie,"
            "Functie,Taal",
            ALL,
        ),
        (
            "E-Mail-Adresse,Anrede,Vorname,Namenszusatz,Nachname,Name,Firma,Funktion,"
            "Sprache",
            ALL,
        ),
        (
            "Courriel,Civilité,Prénom,Particule,Nom de famille,Nom complet,Organisme,"
            "Fonction,Langue",
            ALL,
        ),
        ("EMAIL,voor-naam, ACHTER NAAM ", ("email", "first_name", "last_name")),
        ("Adresse e-mail,Nom,Prénom", ("email", "last_name", "first_name")),
        ("E-Mail,Name,Vorname", ("email", "last_name", "first_name")),
        ("Emailadres,Gemeente,Naam", ("email", "organisation", "name")),
        ("email,name,first_name", ("email", "name", "first_name")),
    ],
)
def test_columns_are_known_by_their_names(header, fields):
    columns = read_header(header.split(","))
    assert tuple(columns.fields.values()) == fields
    assert columns.ignored == ()


def test_every_field_can_be_imported():
    assert set(FIELD_OF.values()) == set(ALL) == {"email", *subscribing.FIELDS}


def test_other_columns_are_named_and_left_alone(write):
    content = f"Telefoon,email,Gemeente,Organisatie,\n06,{EMAIL},Eikerveld,Fout,\n"
    report = run(write(content))
    assert report.ignored == ("Telefoon", "Organisatie")
    assert Subscriber.objects.get().organisation == "Eikerveld"


@pytest.mark.parametrize(
    ("value", "language"),
    [
        ("nl", "nl"),
        ("NL", "nl"),
        (" Nederlands ", "nl"),
        ("nl-BE", "nl"),
        ("Niederländisch", "nl"),
        ("néerlandais", "nl"),
        ("en_GB", "en"),
        ("English", "en"),
        ("Engels", "en"),
        ("de", None),
        ("Deutsch", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_code_and_by_name(value, language):
    assert read_language(value) == language


def test_an_unknown_language_is_named_and_changes_nothing(write):
    make_subscriber("a@example.org", language="en")
    report = run(write("email,taal\na@example.org,Deutsch\nb@example.org,Deutsch\n"))
    assert counts(report) == (2, 0, 0, 0, 0)
    assert report.unknown_languages == {"Deutsch": 2}
    languages = Subscriber.objects.order_by("email").values_list("language", flat=True)
    assert list(languages) == ["en", "nl"]


# --- Files refused as a whole -------------------------------------------------------
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n \n",
        b"\xef\xbb\xbf",
        b"PK\x03\x04 a workbook",
        b"\xd0\xcf\x11\xe0 an old workbook",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"email\na@example.org\n\x00\n",
        b"\xff\xfee\x00m",  # UTF-16 without any e-mail column
        b"\xff\xfee\x00\x00",  # UTF-16 cut in the middle of a letter
        b"name,town\nNynke,Eikerveld\n",
        b"a@example.org\nb@example.org\n",
        b"email,E-mail\na@example.org,b@example.org\n",
        b"<html><body>email</body></html>",
        bytes(range(1, 256)) * 20,
        b'email\n"' + b"x" * 200_000,
        b"email\n" + b"x" * 1_100_000,
        b'"email',
    ],
)
def test_what_is_no_list_of_people_is_refused_whole(write, content):
    assert refusal(write(content)).endswith(".")


def test_a_file_over_the_limit_is_refused(write, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 20)
    assert refusal(write("email\nsomebody@example.org\n"))


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert refusal(tmp_path / "missing.csv")
    assert refusal(tmp_path)

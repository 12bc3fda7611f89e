"""Reading any CSV: its encoding, its delimiter, its columns, and what is none."""

import pytest

from subscribers import subscribing
from subscribers.importing import reading
from subscribers.importing.columns import FIELD_OF, read_header, read_language
from subscribers.models import Subscriber
from tests.make import make_subscriber
from tests.subscribers.importing import counts, refusal, run

EMAIL = "n.wiersma@eikerveld.example"


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

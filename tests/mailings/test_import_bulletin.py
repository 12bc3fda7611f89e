"""A file becomes a draft: heading block, fields, text and the way out."""

from datetime import date
from pathlib import Path

import pytest

from mailings.errors import MailingError
from mailings.importing import BadFile, import_bulletin, read_text
from mailings.importing.fields import read_date
from mailings.models import Bulletin, Layout
from mailings.preflight import find_problems
from senders.models import Sender
from tests.make import make_list, make_sender, make_subscriber

FIXTURE = Path(__file__).parent.parent / "fixtures" / "announcement-nl.md"
PLACE = 'href="{{ unsubscribe_url }}"'


def imported(text, *, mailing_list=None, **options):
    return import_bulletin(text, mailing_list=mailing_list or make_list(), **options)


def written(folder, content, name="bulletin.md"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- the fixture, wholly


def test_the_heading_block_gives_the_subject_and_goes():
    bulletin = imported(FIXTURE.read_text())
    assert bulletin.subject == "Wateroverlast en de zomer die eraan komt"
    for words in ("recipient", "Verzonden", "Onderwerp", "nieuws@", "<hr>"):
        assert words not in bulletin.body


def test_the_first_heading_and_the_date_below_it_become_fields():
    bulletin = imported(FIXTURE.read_text())
    assert bulletin.headline == "Wateroverlast en de zomer die eraan komt"
    assert bulletin.date == date(2026, 3, 12)
    assert bulletin.body.startswith("<p>Nu hevige buien")
    assert "12 maart 2026" not in bulletin.body


def test_paragraphs_bold_text_and_line_breaks_are_kept():
    body = imported(FIXTURE.read_text()).body
    assert body.count("<p>") == 7
    assert (
        "<strong>De eerste werksessie is op 9 april in Eikerveld, "
        "van 09:30 tot 12:30.</strong>" in body
    )
    assert (
        "<p>Hoofd Leefomgeving en water,<br>\nGemeenteverbond Lageland,<br>\n"
        "Joost van Eikeren</p>" in body
    )
    assert "in één seizoen kan nemen – en" in body


def test_only_the_link_that_says_how_to_leave_becomes_the_reader_s_own():
    body = imported(FIXTURE.read_text()).body
    assert body.count(PLACE) == 1
    assert body.endswith(f"Dan kunt u zich afmelden via deze <a {PLACE}>link</a>.</p>")
    assert body.count('href="#"') == 4


def test_the_links_that_lead_nowhere_are_named_by_preflight():
    mailing_list = make_list()
    make_subscriber(lists=[mailing_list])
    bulletin = imported(FIXTURE.read_text(), mailing_list=mailing_list)
    assert [(each.code, each.quote) for each in find_problems(bulletin)] == [
        ("link_empty", "de website van het verbond"),
        ("link_empty", "deze link"),
        ("link_empty", "coördinator Sjoukje Wagenaar"),
        ("link_empty", "lectoraat Water van de Hogeschool Veenmeer"),
    ]


def test_an_import_is_a_draft_that_carries_its_own_signature():
    bulletin = imported(FIXTURE.read_text())
    assert bulletin.status == Bulletin.Status.DRAFT
    assert not bulletin.sign
    assert bulletin.layout == Layout.objects.default()
    assert [each.slug for each in bulletin.lists.all()] == ["nieuwsbrief"]


# --- heading block


@pytest.mark.parametrize(
    "block",
    [
        "Van: A <a@x.example>\nAan: b\nOnderwerp: Nieuws",
        "**From**: A\n**Sent:** Monday\n**To:** b\n**Subject**: Nieuws",
        "From: A\n\nTo: b\n\nSubject: Nieuws",
        "# [the recipient]\n***\n*Van:* A\n*Onderwerp:* **Nieuws**\n---",
        "Onderwerp: Nieuws",
        "From: A\nSubject:\n Nieuws\n",
    ],
)
def test_a_heading_block_is_known_in_its_many_forms(block):
    bulletin = imported(f"{block}\n\nBeste lezer,\n\nDag.")
    assert bulletin.subject == "Nieuws"
    assert bulletin.body == "<p>Beste lezer,</p>\n<p>Dag.</p>"


@pytest.mark.parametrize(
    "text",
    [
        "# Kop\n\nBeste lezer,\n\nOnderwerp: de sluis\n\nDag.",
        "# Kop\n\nVan: 9.00 uur\n\nKom ook.",
        "# Kop\n\nDatum: woensdag\n\nAan: de balie",
    ],
)
def test_what_only_looks_like_a_heading_block_is_text(text):
    bulletin = imported(text)
    assert bulletin.subject == "Kop"
    assert bulletin.body.count("<p>") == text.count("\n\n")


def test_a_subject_that_is_given_wins():
    assert imported(FIXTURE.read_text(), subject="Anders").subject == "Anders"


def test_without_any_subject_the_headline_is_one():
    assert imported("# De *sluis* is klaar\n\nDag.").subject == "De sluis is klaar"


def test_without_subject_and_headline_it_is_refused():
    with pytest.raises(MailingError, match="--subject"):
        imported("Dag allemaal.")
    assert not Bulletin.objects.exists()


def test_a_subject_longer_than_fits_is_refused():
    with pytest.raises(MailingError):
        imported("Dag.", subject="x" * 201)
    assert not Bulletin.objects.exists()


# --- headline and date


@pytest.mark.parametrize(
    "words",
    [
        "10 oktober 2017",
        "Dinsdag 10 oktober 2017",
        "10 okt. 2017",
        "October 10, 2017",
        "Tuesday, 10th October 2017",
        "10-10-2017",
        "10/10/2017",
        "2017-10-10",
        "Datum: 10 oktober 2017",
    ],
)
def test_a_line_that_is_a_date_is_read(words):
    assert read_date(words) == date(2017, 10, 10)


@pytest.mark.parametrize(
    "words",
    ["31 februari 2017", "10 brumaire 2017", "Op 10 oktober 2017", "10 oktober"],
)
def test_a_line_that_is_no_date_stays_text(words):
    bulletin = imported(f"# Kop\n\n{words}\n\nDag.")
    assert bulletin.date is None
    assert bulletin.body == f"<p>{words}</p>\n<p>Dag.</p>"


def test_a_heading_further_on_is_no_headline():
    bulletin = imported("Beste lezer,\n\n## Agenda\n\nDag.", subject="Nieuws")
    assert bulletin.headline == ""
    assert "<h2>Agenda</h2>" in bulletin.body


def test_the_date_may_stand_above_the_headline():
    bulletin = imported("1 mei 2026\n\n# Kop\n\nDag op 2 mei 2026.")
    assert (bulletin.date, bulletin.headline) == (date(2026, 5, 1), "Kop")


# --- the way out


@pytest.mark.parametrize(
    "sentence",
    [
        "U kunt zich [afmelden](https://lijst.example/weg?u=1).",
        "Geen nieuwsbrief meer? [Schrijf u uit](https://lijst.example/x).",
        "Wilt u deze mails niet meer ontvangen? Klik dan [hier](#).",
        "Klik [hier](#) om u uit te schrijven.",
        "If you no longer wish to receive this newsletter, click [here](#).",
        "[Unsubscribe](mailto:weg@lijst.example)",
        "Opt out [here]({{ unsubscribe_url }}).",
        "Weg? [Deze kant op]({{unsubscribe_url}})",
    ],
)
def test_the_link_by_which_one_leaves_becomes_the_reader_s_own(sentence):
    assert imported(f"# Kop\n\n{sentence}").body.count(PLACE) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "Afmelden voor de werksessie kan via [deze link](https://x.example/sessie).",
        "Kunt u niet komen? Meld u dan [hier](https://x.example/sessie) af.",
        "Heeft u de brief niet ontvangen? Vraag hem [hier](https://x.example) aan.",
        "Aanmelden kan via [deze link](#).",
        "Lees [hier](https://x.example) verder. Afmelden kan niet meer.",
    ],
)
def test_a_link_that_leads_elsewhere_stays(sentence):
    assert PLACE not in imported(f"# Kop\n\n{sentence}").body


def test_of_several_links_in_the_sentence_the_nearest_is_the_way_out():
    body = imported(
        "# Kop\n\n[Bekijk online](#) | [Afmelden](#) | [Privacy](https://x.example/p)"
    ).body
    assert (
        f'<a href="#">Bekijk online</a> | <a {PLACE}>Afmelden</a> | <a href="ht' in body
    )


# --- Markdown


def test_tables_lists_and_places_come_through():
    body = imported(
        "# Kop\n\nBeste {{ first_name|lezer }},\n\n- een\n- twee\n\n"
        "| Dag | Plaats |\n|---|---|\n| ma | Eikerveld |\n"
    ).body
    assert "<p>Beste {{ first_name|lezer }},</p>" in body
    assert "<li>twee</li>" in body
    assert "<td>Eikerveld</td>" in body


def test_script_does_not_come_through_and_words_in_angles_do():
    body = imported(
        "# Kop\n\nBeste <naam>,<script>alert(1)</script>\n\n"
        "[klik](javascript:alert(1)) <b onclick=x>vet</b><!-- weg -->"
    ).body
    assert "&lt;naam&gt;" in body
    assert "<a>klik</a> <strong>vet</strong>" in body
    assert not [word for word in ("script", "onclick", "weg") if word in body]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("# News\n\nThe lock is open and you are on the list of this town.", "en"),
        ("# Nieuws\n\nDe sluis is open en u staat op de lijst van het dorp.", "nl"),
        ("# 2026", "nl"),
    ],
)
def test_the_language_is_read_from_the_text(text, language):
    assert imported(text).language == language


# --- files


@pytest.mark.parametrize(
    "content",
    [
        "# Coördinatie\r\n\r\nDag één\r\n".encode(),
        "# Coördinatie\n\nDag één".encode("utf-8-sig"),
        "# Coördinatie\n\nDag één".encode("cp1252"),
        "# Coördinatie\n\nDag één".encode("utf-16"),
    ],
)
def test_a_file_is_read_in_any_usual_encoding(tmp_path, content):
    bulletin = imported(read_text(written(tmp_path, content)))
    assert bulletin.headline == "Coördinatie"
    assert bulletin.body == "<p>Dag één</p>"


@pytest.mark.parametrize(
    "content",
    [b"", b" \n\t\n", b"\xef\xbb\xbf\n", b"# Kop\x00", b"PK\x03\x04\x14", b"\x81"],
)
def test_an_empty_or_binary_file_is_refused(tmp_path, content):
    with pytest.raises(BadFile):
        read_text(written(tmp_path, content))


def test_a_file_over_2_mb_is_refused(tmp_path):
    size = 2 * 1024 * 1024
    assert len(read_text(written(tmp_path, b"x" * size))) == size
    with pytest.raises(BadFile):
        read_text(written(tmp_path, b"x" * (size + 1)))


@pytest.mark.parametrize("name", ["brief.docx", "brief.html", "brief.pdf"])
def test_a_file_that_is_no_markdown_is_refused(tmp_path, name):
    with pytest.raises(BadFile):
        read_text(written(tmp_path, "# Kop", name))


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path):
    for path in (tmp_path / "weg.md", tmp_path):
        with pytest.raises(BadFile):
            read_text(path)


# --- sender


def test_without_a_sender_the_list_s_own_writes():
    make_sender()
    own = make_sender(from_address="raad@lageland.example")
    bulletin = imported("# Kop", mailing_list=make_list(default_sender=own))
    assert bulletin.sender == own


def test_without_a_default_the_only_sender_writes():
    only = make_sender()
    assert imported("# Kop").sender == only


def test_with_no_sender_at_all_one_is_made_from_the_settings(settings):
    settings.DEFAULT_FROM_EMAIL = "Lageland <nieuws@lageland.example>"
    sender = imported("# Kop").sender
    assert str(sender) == "Lageland <nieuws@lageland.example>"


def test_with_several_senders_the_one_of_the_settings_writes(settings):
    make_sender(from_address="a@lageland.example")
    known = make_sender(from_address="b@lageland.example")
    settings.DEFAULT_FROM_EMAIL = "B@lageland.example"
    assert imported("# Kop").sender == known


def test_a_setting_that_is_no_address_makes_no_sender(settings):
    settings.DEFAULT_FROM_EMAIL = "bode@localhost"
    with pytest.raises(MailingError, match="--sender"):
        imported("# Kop")
    assert not Sender.objects.exists()


# --- the command


def test_the_command_prints_the_id_alone_and_refuses_with_one_sentence(
    product, tmp_path
):
    bode = product()
    bode.ok("shell", "-v0", "-c", _MAKE)
    done = bode.run("import_bulletin", str(FIXTURE), "--list", "raad")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
    empty = written(tmp_path, "")
    for wrong in (
        [str(FIXTURE), "--list", "weg"],
        [str(FIXTURE), "--list", "raad", "--sender", "weg@lageland.example"],
        [str(FIXTURE), "--list", "raad", "--layout", "weg"],
        [str(empty), "--list", "raad"],
    ):
        done = bode.run("import_bulletin", *wrong)
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1
    assert bode.run("import_bulletin", str(FIXTURE)).returncode == 2
    assert bode.ok("shell", "-v0", "-c", _COUNT) == "1\n"


_MAKE = (
    "from subscribers.models import MailingList;"
    "MailingList.objects.create(name='Raad', slug='raad')"
)
_COUNT = "from mailings.models import Bulletin; print(Bulletin.objects.count())"

"""A file becomes a draft: heading block, fields, text and the way out."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from mailings.errors import MailingError
from mailings.importing import import_bulletin
from mailings.importing.fields import read_date
from mailings.models import Bulletin, Layout
from mailings.preflight import find_problems
from senders.models import Sender
from tests.make import make_list, make_sender, make_subscriber

FIXTURE = Path(__file__).parent.parent / "fixtures" / "announcement-nl.md"
PLACE = 'href="{{ unsubscribe_url }}"'


def imported(text, *, mailing_list=None, **options):
    return import_bulletin(text, mailing_list=mailing_list or make_list(), **options)


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
        "Als u deze berichten niet langer wenst te ontvangen, klikt u [hier](#).",
        "Stelt u geen prijs meer op de nieuwsbrief? [Zeg het ons](#).",
        "[Unsubscribe](mailto:weg@lijst.example)",
        "U kunt zich [hier](https://x.example/1) afmelden.\n\nGroet,\n\nJan",
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
        "Meld u aan of af via [deze link](https://x.example/sluis).",
        "Een hond afmelden voor de belasting kan [hier](https://x.example).",
        "Verhuist u? Schrijf u [hier](https://x.example) uit.\n\nA\n\nB\n\nC",
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


# --- the command

_MAKE = (
    "from subscribers.models import MailingList;"
    "MailingList.objects.create(name='Raad', slug='raad')"
)


def test_the_command_prints_the_id_alone_and_refuses_with_one_sentence(product):
    bode = product()
    bode.ok("shell", "-v0", "-c", _MAKE)
    done = bode.run("import_bulletin", str(FIXTURE), "--list", "raad")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
    done = bode.run("import_bulletin", str(FIXTURE), "--list", "weg")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert bode.run("import_bulletin", str(FIXTURE)).returncode == 2


@pytest.mark.parametrize(
    "wrong",
    [
        ["--list", "weg"],
        ["--list", "nieuwsbrief", "--sender", "weg@lageland.example"],
        ["--list", "nieuwsbrief", "--layout", "weg"],
    ],
)
def test_the_command_refuses_what_it_does_not_know_by_name(wrong):
    make_list()
    with pytest.raises(CommandError, match="weg"):
        call_command("import_bulletin", str(FIXTURE), *wrong)
    assert not Bulletin.objects.exists()


def test_the_command_takes_sender_layout_and_subject(capsys):
    make_list()
    make_sender()
    sender = make_sender(from_address="raad@lageland.example")
    layout = Layout.objects.create(name="Krant", slug="krant")
    options = ["--sender", "RAAD@lageland.example", "--layout", "krant"]
    call_command(
        "import_bulletin",
        str(FIXTURE),
        "--list=nieuwsbrief",
        "--subject=Anders",
        *options,
    )
    bulletin = Bulletin.objects.get()
    assert capsys.readouterr().out == f"{bulletin.pk}\n"
    assert bulletin.sender == sender
    assert bulletin.layout == layout
    assert bulletin.subject == "Anders"


def test_a_file_that_is_refused_leaves_nothing_behind(tmp_path):
    make_list()
    empty = tmp_path / "leeg.md"
    empty.write_bytes(b"")
    with pytest.raises(CommandError):
        call_command("import_bulletin", str(empty), "--list", "nieuwsbrief")
    assert not Bulletin.objects.exists()
    assert not Sender.objects.exists()

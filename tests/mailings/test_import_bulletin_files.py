"""Which files become a draft, what of Markdown comes through, and who writes it."""

import pytest

from mailings.errors import MailingError
from mailings.importing import BadFile, import_bulletin, read_text
from senders.models import Sender
from tests.make import make_list, make_sender


def imported(text, *, mailing_list=None):
    return import_bulletin(text, mailing_list=mailing_list or make_list())


def written(folder, content, name="bulletin.md"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


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

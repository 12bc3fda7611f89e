import datetime
import re
import time

import pytest
from bs4 import BeautifulSoup
from django.utils.html import escape

from mailings.rendering.composing import compose
from mailings.rendering.content import Content, House
from mailings.rendering.merge import Kind, compile_pieces, fill

HOUSE = House(
    name="Gemeenteverbond Lageland",
    colour="#0E5A4F",
    logo_url="https://nieuws.lageland.example/logo.png",
    logo_size=(90, 40),
    postal_address="Polderweg 1, 0000 XX Lageland",
    footer="Doorsturen mag.\nGraag zelfs.",
)
LINK = "https://nieuws.lageland.example/u/abc"
INJECTIONS = [
    "{{ settings.SECRET_KEY }}",
    "{{ 7*7 }}",
    "{% load static %}{% static 'a' %}",
    "{% include 'admin/login.html' %}",
    "{% debug %}",
    "{{ subscriber.list.owner.password }}",
    "{{ request }}",
    "{% for x in 'a'|center:99999999 %}{% endfor %}",
    "{{ ''|add:block.super }}",
    "{{ house.name }}",
]


def make_content(**changes):
    fields = {
        "subject": "Handreiking hoogwater",
        "body": "<p>Beste {{ salutation }},</p><p>Er ligt iets klaar.</p>",
        "language": "en",
        "house": HOUSE,
        "list_names": ("Veiligheid", "Water & bodem"),
        "preheader": "Zo bereidt u zich voor",
        "date": datetime.date(2026, 11, 24),
        "headline": "Handreiking hoogwater",
        "signature": "Met vriendelijke groet,\nNadia el Amrani\nDirecteur",
    }
    return Content(**fields | changes)


def texts_of(rendered, **values):
    """The subject, HTML and text for one person."""
    values = {"unsubscribe_url": LINK} | values
    return tuple(
        fill(compile_pieces(compiled, language="en"), values, kind)
        for compiled, kind in (
            (rendered.subject, Kind.TEXT),
            (rendered.html, Kind.HTML),
            (rendered.text, Kind.TEXT),
        )
    )


def letter(**changes):
    return texts_of(compose(make_content(**changes)))


def test_the_letter_has_all_its_parts_in_order():
    _subject, html, text = letter()
    soup = BeautifulSoup(html, "html.parser")
    parts = [
        "24 November 2026",
        "Handreiking hoogwater",
        "Beste reader,",
        "Er ligt iets klaar.",
        "Met vriendelijke groet,",
        "Nadia el Amrani",
        "Directeur",
        "You get this mail because you are subscribed to Veiligheid and Water & bodem.",
        "Unsubscribe",
        "Doorsturen mag.",
        "Graag zelfs.",
        "Gemeenteverbond Lageland · Polderweg 1, 0000 XX Lageland",
    ]
    for words in (" ".join(soup.body.get_text(" ").split()), " ".join(text.split())):
        words = words.replace("subscribed to  ", "subscribed to ").replace(" .", ".")
        places = [words.find(part) for part in parts]
        assert places == sorted(places), dict(zip(parts, places, strict=True))
        assert -1 not in places


def test_the_text_reads_like_a_letter():
    _subject, _html, text = letter()
    assert text == (
        "24 November 2026\n\n"
        "Handreiking hoogwater\n=====================\n\n"
        "Beste reader,\n\n"
        "Er ligt iets klaar.\n\n"
        "Met vriendelijke groet,\nNadia el Amrani\nDirecteur\n\n"
        "----------------------------------------\n\n"
        "You get this mail because you are subscribed to Veiligheid and Water & "
        "bodem.\n"
        f"Unsubscribe: {LINK}\n\n"
        "Doorsturen mag.\nGraag zelfs.\n\n"
        "Gemeenteverbond Lageland · Polderweg 1, 0000 XX Lageland\n"
    )


def test_the_date_is_in_the_bulletin_s_language():
    assert "24 november 2026" in letter(language="nl")[2]


def test_a_text_with_its_own_unsubscribe_link_is_the_only_one_with_it():
    _subject, html, text = letter(
        body='<p>U kunt <a href="{{ unsubscribe_url }}">hier</a> weg.</p>'
    )
    assert html.count(LINK) == 1
    assert f"U kunt hier ({LINK}) weg." in text
    assert text.count(LINK) == 1
    assert "Unsubscribe" not in html + text
    assert "You get this mail because" in html


def test_every_letter_has_a_link_to_leave_by():
    _subject, html, text = letter()
    assert html.count(f'href="{LINK}"') == 1
    assert text.count(LINK) == 1


def test_an_almost_empty_bulletin_renders():
    bare = Content(
        subject="", body="", language="nl", house=House("Bode"), list_names=()
    )
    subject, html, text = texts_of(compose(bare))
    assert subject == ""
    assert "<title>Bode</title>" in html
    assert LINK in text


def test_outlook_gets_tables_with_widths_and_vml():
    html = letter()[1]
    assert "<!--[if mso]><table" in html
    assert "<o:PixelsPerInch>96</o:PixelsPerInch>" in html
    assert '<v:background fill="t"><v:fill type="solid" color="#F3F1EB"/>' in html
    assert 'xmlns:v="urn:schemas-microsoft-com:vml"' in html
    assert 'xmlns:o="urn:schemas-microsoft-com:office:office"' in html
    soup = BeautifulSoup(html, "html.parser")
    for table in soup.find_all("table"):
        assert table["role"] == "presentation"
        assert table["width"]


def test_dark_mode_and_phones_have_rules_that_win():
    html = letter()[1]
    assert '<meta name="color-scheme" content="light dark">' in html
    dark = html[html.index("@media (prefers-color-scheme: dark)") :]
    assert "color: #E9E6DF !important" in dark
    assert "[data-ogsc]" in html
    assert "[data-ogsb]" in html
    assert ".letter { padding: 32px 24px 24px 24px !important; }" in html
    assert "data-premailer" not in html


def test_the_document_says_its_language_and_title():
    html = letter(language="nl", subject="Hoog & laag")[1]
    assert html.startswith('<!DOCTYPE html>\n<html lang="nl"')
    assert "<title>Hoog &amp; laag</title>" in html


def test_the_logo_has_a_size_words_and_a_field_of_its_own():
    soup = BeautifulSoup(letter()[1], "html.parser")
    logo = soup.find("img")
    assert (logo["width"], logo["height"]) == ("90", "40")
    assert logo["alt"] == "Gemeenteverbond Lageland"
    assert "display:block" in logo["style"]
    assert logo.parent["bgcolor"] == "#FFFFFF"


def test_the_preheader_is_hidden_and_keeps_the_letter_out_of_the_mailbox_s_line():
    soup = BeautifulSoup(letter()[1], "html.parser")
    preheader = soup.find(class_="preheader")
    assert "display:none" in preheader["style"]
    assert preheader.get_text().startswith("Zo bereidt u zich voor")
    assert len(preheader.get_text()) > 150


def test_a_wide_picture_fits_its_column_also_in_outlook():
    html = letter(body='<img src="https://x.example/a.png" width="1040" height="400">')[
        1
    ]
    assert re.search(r'<img src="https://x.example/a.png" width="520" alt=""', html)


def test_a_signature_without_greeting_is_plain_lines():
    html = letter(signature="Gemeenteverbond Lageland\nAfdeling Water")[1]
    assert "Gemeenteverbond Lageland<br>Afdeling Water" in html


@pytest.mark.parametrize("bad", INJECTIONS)
def test_no_text_of_an_editor_is_a_template(bad):
    house = House(name=bad, footer=bad, postal_address=bad)
    subject, html, text = letter(
        subject=bad,
        body=f"<p>{escape(bad)}</p>",
        headline=bad,
        preheader=bad,
        signature=bad,
        list_names=(bad,),
        house=house,
    )
    assert subject == bad
    assert text.count(bad) == 7
    soup = BeautifulSoup(html, "html.parser")
    assert soup.get_text().count(bad) >= 8
    assert "49" not in subject + text


def test_plain_text_is_never_markup():
    bad = '<img src=x onerror="a()"><script>b()</script>"\'&'
    house = House(name=bad, footer=bad, postal_address=bad)
    fields = ("subject", "headline", "preheader", "signature")
    html = letter(
        list_names=(bad, bad), house=house, body="", **dict.fromkeys(fields, bad)
    )[1]
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find(["img", "script"]) is None
    assert soup.title.string == bad
    assert soup.h1.string == bad
    assert soup.get_text().count(bad) == 11


def test_names_of_the_house_are_no_personal_places():
    house = House(name="{{ email }}", footer="x", postal_address="{{ name }}")
    rendered = compose(make_content(house=house, list_names=("{{ function }}",)))
    _subject, html, text = texts_of(rendered, email="NO", name="NO", function="NO")
    assert "NO" not in text
    assert ">NO" not in html
    assert "{{ email }} · {{ name }}" in text


def test_places_are_found_wherever_an_editor_writes():
    rendered = compose(
        make_content(
            subject="Voor {{ first_name|u }}",
            headline="Dag {{ first_name|u }}",
            preheader="Zeg {{ first_name|u }}",
            body='<p><a href="https://x.example/?n={{ first_name|u }}">link</a></p>',
            signature="Tot ziens {{ first_name|u }}",
        )
    )
    subject, html, text = texts_of(rendered, first_name="<Jo>&")
    assert subject == "Voor <Jo>&"
    assert "Dag &lt;Jo&gt;&amp;" in html
    assert "Zeg &lt;Jo&gt;&amp;" in html
    assert 'href="https://x.example/?n=%3CJo%3E%26"' in html
    assert "Dag <Jo>&" in text
    assert "link (https://x.example/?n=%3CJo%3E%26)" in text
    assert "Tot ziens <Jo>&" in text
    assert texts_of(rendered)[0] == "Voor u"


def test_a_very_deep_text_loses_no_word():
    _subject, html, text = letter(body="<div><blockquote>" * 1000 + "einde")
    assert "einde" in text
    assert "einde" in html


def test_a_heavy_bulletin_compiles_in_time():
    paragraph = "<p>Een alinea met <strong>vet</strong> en meer woorden.</p>"
    began = time.monotonic()
    _subject, html, text = letter(body=paragraph * (800_000 // len(paragraph)))
    assert time.monotonic() - began < 15
    assert html.count("en meer woorden.") == text.count("en meer woorden.")

import pytest

from mailings.rendering.plaintext import to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Een</p><p>Twee<br>drie</p>", "Een\n\nTwee\ndrie"),
        ("los <strong>vet</strong><p>alinea</p>na", "los vet\n\nalinea\n\nna"),
        ("<p>veel \n\t  wit&nbsp;en\xa0meer</p>", "veel wit en meer"),
        ("<h2>Kop</h2><p>x</p>", "Kop\n---\n\nx"),
        ("<p>a</p><hr><p>b</p>", "a\n\n* * *\n\nb"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol start='9'><li>a</li><li>b</li></ol>", "9. a\n10. b"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n  b"),
        ("<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li></ul>", None),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<blockquote><ul><li>a</li></ul></blockquote>", "> - a"),
        ("<p><img src='x' alt='Een dijk'> erbij</p>", "Een dijk erbij"),
        ("<p>H<sub>2</sub>O</p>", "H2O"),
        ("<p> </p><p>a</p><p></p>", "a"),
        ("", ""),
    ],
)
def test_blocks_read_as_a_person_would_write_them(html, text):
    expected = "- a\n  - b\n    1. c" if text is None else text
    assert to_text(html) == expected


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ("<a href='https://x.example/a'>Lees</a>", "Lees (https://x.example/a)"),
        ("<a href='https://x.example'>https://x.example/</a>", "https://x.example/"),
        ("<a href='https://www.x.example/'>x.example</a>", "x.example"),
        ("<a href='mailto:a@x.example'>Mail ons</a>", "Mail ons (a@x.example)"),
        ("<a href='mailto:a@x.example?subject=b'>a@x.example</a>", "a@x.example"),
        ("<a href='tel:+3120'>bel</a>", "bel (+3120)"),
        ("<a href='#'>deze link</a>", "deze link"),
        ("<a href=''>deze link</a>", "deze link"),
        ("<a>deze link</a>", "deze link"),
        ("<a href='https://x.example/a'></a>", "https://x.example/a"),
        ("<a href='https://x.example/a'><img alt='Dijk'></a>", None),
        ("<a href='https://x.example/a'>Lees </a>nu", "Lees (https://x.example/a) nu"),
    ],
)
def test_a_link_keeps_its_words_and_its_address(link, text):
    assert to_text(f"<p>{link}.</p>") == (text or "Dijk (https://x.example/a)") + "."


def test_a_table_reads_row_by_row():
    html = (
        "<table><caption>Avonden</caption><thead><tr><th>Dag</th><th>Plaats</th></tr>"
        "</thead><tbody><tr><td><p>maandag</p></td><td>Eikerveld</td></tr>"
        "<tr><td>dinsdag</td><td></td></tr></tbody></table>"
    )
    rows = ["Avonden", "Dag | Plaats", "maandag | Eikerveld", "dinsdag |"]
    assert to_text(html).split("\n") == rows


def test_a_list_that_stands_wrongly_inside_a_list_loses_nothing():
    assert to_text("<ul><li>a</li><ul><li>b</li></ul></ul>") == "- a\n  - b"

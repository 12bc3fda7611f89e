import time

import pytest

from mailings.rendering.sanitising import sanitise


@pytest.mark.parametrize(
    "source",
    [
        "<p>a <strong>b</strong> <em>c</em> <u>d</u> <s>e</s></p>",
        "<h2>a</h2><h3>b</h3><hr><p>x<br>y</p>",
        '<ul><li>a</li></ul><ol start="3"><li>b</li></ol>',
        "<blockquote><p>a</p></blockquote>",
        '<table><tbody><tr><th>a</th><td colspan="2">b</td></tr></tbody></table>',
        "<p>H<sub>2</sub>O m<sup>2</sup></p>",
        '<p><a href="https://example.org/?a=1&amp;b=2">a</a></p>',
        '<p><a href="mailto:a@example.org">a</a> <a href="tel:+31201234567">b</a></p>',
        '<p><img src="https://example.org/a.png" alt="a" width="10" height="20"></p>',
        '<p>{{ name|caf&amp;e }} <a href="{{ unsubscribe_url }}">weg</a></p>',
    ],
)
def test_what_a_letter_needs_stays(source):
    assert sanitise(source) == source


def test_a_place_that_a_browser_quoted_is_a_place_again():
    clean = sanitise('<a href="%7B%7B%20unsubscribe_url%20%7D%7D">weg</a>')
    assert clean == '<a href="{{ unsubscribe_url }}">weg</a>'
    other = '<a href="https://x.example/%7Ba%7D">a</a>'
    assert sanitise(other) == other


@pytest.mark.parametrize("href", ["#", "", "/pagina", "pagina.html", "//x.example"])
def test_a_link_that_leads_nowhere_stays_for_preflight_to_name(href):
    assert sanitise(f'<a href="{href}">a</a>') == f'<a href="{href}">a</a>'


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "\x01java\x03script:alert(1)",
        "java&#9;script:alert(1)",
        "java&#x0a;script:alert(1)",
        "&#1;javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
        "blob:https://example.org/1",
    ],
)
def test_a_link_that_runs_something_loses_its_target(href):
    clean = sanitise(f'<a href="{href}">tekst</a>')
    assert "script" not in clean
    assert "href" not in clean
    assert ">tekst</a>" in clean


@pytest.mark.parametrize(
    "src", ["data:image/png;base64,AA", "cid:1", "a.png", "/a.png"]
)
def test_a_picture_that_reaches_no_reader_leaves_its_words(src):
    assert sanitise(f'<p>a <img src="{src}" alt="dijk"></p>') == "<p>a dijk</p>"


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<style>p{color:red}</style>",
        "<!--[if mso]>x<![endif]-->",
        "<svg onload=alert(1)></svg>",
        "<iframe src='https://x.example'></iframe>",
        "<link rel=stylesheet href=//x.example>",
        "<meta http-equiv=refresh content=0>",
        "<object data=x></object><embed src=x>",
    ],
)
def test_what_no_letter_needs_goes(source):
    assert sanitise(source) == ""


def test_styles_classes_handlers_and_ids_go():
    source = '<p style="color:red" class="a" id="b" onclick="c()" data-x="1">d</p>'
    assert sanitise(source) == "<p>d</p>"


def test_what_other_editors_write_becomes_ours():
    assert sanitise("<h1>a</h1><h5>b</h5>") == "<h2>a</h2><h3>b</h3>"
    assert sanitise("<p><b>a</b> <i>b</i></p>") == (
        "<p><strong>a</strong> <em>b</em></p>"
    )
    assert sanitise("<div>een</div><div>twee</div>") == "<p>een</p><p>twee</p>"


def test_a_number_is_a_number():
    clean = sanitise('<img src="https://x.example/a" width="9e9" height="10">')
    assert clean == '<img src="https://x.example/a" height="10">'


def test_control_characters_go():
    assert sanitise("<p>a\x00b\x08c&#7;d\x85e</p>") == "<p>abcde</p>"


@pytest.mark.parametrize(
    "deep",
    [
        ("<div>", "</div>"),
        ("<blockquote>", "</blockquote>"),
        ("<ul><li>", "</li></ul>"),
        ("<table><tr><td>", "</td></tr></table>"),
        ("<strong>", "</strong>"),
        ("<span>", "</span>"),
    ],
)
@pytest.mark.parametrize("closed", [True, False])
def test_deep_nesting_loses_no_text(deep, closed):
    opened, end = deep
    clean = sanitise(f"voor{opened * 1000}midden{end * 1000 * closed}<p>na</p>")
    assert [word for word in ("voor", "midden", "na") if word in clean] == [
        "voor",
        "midden",
        "na",
    ]
    assert clean.count("<blockquote>") < 50


@pytest.mark.parametrize(
    "source",
    [
        "<" * 1_000_000,
        "(" * 1_000_000,
        "a@" * 500_000,
        "<a " * 300_000,
        "<" + "a" * 1_000_000,
        '<a href="' + "%7B%7B" * 160_000 + '">a</a>',
        '<p title="' * 100_000,
        "<div>" * 100_000,
        "<blockquote>" * 100_000,
        "{{ name" * 150_000,
        "<p>" + "&nbsp;" * 100_000,
        "<p>Een alinea met een <a href='https://x.example'>link</a>.</p>" * 13_000,
    ],
    ids=lambda source: source[:12],
)
def test_heavy_input_is_clean_in_time(source):
    began = time.monotonic()
    sanitise(source)
    assert time.monotonic() - began < 5

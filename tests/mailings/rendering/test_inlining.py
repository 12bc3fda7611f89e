"""premailer's traps, each with a test, and no way out of the machine."""

import logging
import os
import socket
import threading

import pytest

from mailings.rendering.inlining import TooDeep, inline

PAGE = "<!DOCTYPE html><html><head>{}</head><body>{}</body></html>"
MANY = 1000


def page(css="", body="<p>x</p>", head=""):
    return inline(PAGE.format(f"{head}<style>{css}</style>", body))


@pytest.fixture
def listener():
    """A port that remembers who came."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    yield server
    server.close()


def someone_came(listener):
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


def within(seconds, act):
    """Whether it ends in time; where it hangs, it hangs in a thread of its own."""
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


FORMS = [
    '<style>@import "{}";</style>',
    "<style>@import '{}' screen;</style>",
    "<style>@import url({});</style>",
    '<style>@import url("{}");p{{color:red}}</style>',
    "<style>@import url({})</style>",
    '<style>@\\69mport "{}";</style>',
    '<style>@IMPORT "{}";</style>',
    '<style>/**/@import/**/"{}";</style>',
    '<style>@charset "utf-8";@import "{}";</style>',
    '<style media="screen">@import "{}";</style>',
    "<style>p{{background:url({})}}</style>",
    '<style>@font-face{{font-family:x;src:url("{}")}}</style>',
    '<link rel="stylesheet" href="{}">',
    '<link rel="alternate stylesheet" href="{}">',
    '<link rel="STYLESHEET" href="{}">',
]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_fetched(form, listener):
    host, port = listener.getsockname()
    for url in (f"http://{host}:{port}/a.css", f"//{host}:{port}/a.css"):
        html = PAGE.format(form.format(url), "<p>x</p>")
        assert within(5, lambda html=html: inline(html))
    assert not someone_came(listener)


@pytest.mark.parametrize("form", FORMS)
def test_no_local_file_is_opened(form, tmp_path):
    fifo = tmp_path / "never.css"
    os.mkfifo(fifo)
    for url in (f"file://{fifo}", str(fifo)):
        html = PAGE.format(form.format(url), "<p>x</p>")
        assert within(5, lambda html=html: inline(html))


def test_no_style_sheet_from_elsewhere_reaches_the_reader():
    html = page('@import "https://x.example/a.css"; p { color: red }')
    assert "@import" not in html
    assert '<p style="color:red">' in html
    link = '<link rel="stylesheet" href="https://x.example/a.css">'
    assert "x.example" not in page(head=link)


def test_important_stays_in_media_queries():
    css = "@media (max-width: 480px) { p { color: red !important; } }"
    assert css in page(css)


def test_important_in_a_plain_rule_wins():
    html = page("p { color: red !important } p.a { color: blue }", '<p class="a">x</p>')
    assert '<p class="a" style="color:red !important">x</p>' in html


def test_supports_and_font_face_stay():
    css = "@supports (display:grid) { p { color: red } }"
    face = '@font-face { font-family: "x"; src: url(https://x.example/a.woff2) }'
    html = page(f"{css} {face}")
    assert css in html
    assert face in html


def test_widths_of_css_do_not_become_attributes():
    html = page("td { width: calc(100% - 20px); height: 3em }", "<table><td>x</table>")
    assert 'width="' not in html
    assert 'height="' not in html


def test_colours_become_attributes_for_outlook():
    html = page("td { background-color: #123456; text-align: left }", "<table><td>x")
    assert 'bgcolor="#123456"' in html
    assert 'align="left"' in html


def test_conditional_comments_and_vml_stay():
    comments = (
        '<!--[if mso]><v:rect xmlns:v="urn:schemas-microsoft-com:vml"/><![endif]-->'
        "<!--[if !mso]><!--><p>y</p><!--<![endif]-->"
    )
    html = page("p { color: red }", comments)
    assert '<!--[if mso]><v:rect xmlns:v="urn:schemas-microsoft-com:vml"/>' in html
    assert "<!--[if !mso]><!-->" in html
    assert "<!--<![endif]-->" in html


def test_letters_and_emoji_stay():
    assert "é 🌊 ‮x &amp; &lt;" in page(body="<p>é 🌊 ‮x &amp; &lt;</p>")


def test_deep_nesting_is_refused_and_never_cut():
    with pytest.raises(TooDeep):
        inline(PAGE.format("", "<div>" * MANY + "einde"))


def test_empty_input_is_empty_output():
    assert inline("") == ""
    assert inline(" \n") == ""


def test_an_empty_style_is_no_trouble():
    assert "<p>x</p>" in inline(PAGE.format("<style></style>", "<p>x</p>"))


def test_new_css_is_no_log_line(caplog):
    css = "p { color: var(--a); width: clamp(1px, 2vw, 3px); aspect-ratio: 1 / 2 }"
    with caplog.at_level(logging.WARNING):
        page(css)
    assert caplog.records == []


def test_a_second_time_changes_nothing():
    once = page("p { color: red } @media print { p { color: blue !important } }")
    assert inline(once) == once


def test_the_doctype_stays():
    assert page().startswith("<!DOCTYPE html>\n<html>")

"""The letter as a mail program draws it: inline-styled, dark, and on a phone."""

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from mailings.rendering.composing import compose
from tests.mailings.rendering.test_composing import make_content, texts_of

FIXTURE = Path(__file__).parents[1] / "fixtures" / "announcement-nl.md"
EVERYTHING = """
<p>Beste {{ salutation }}, <strong>vet</strong>, <em>schuin</em>, <u>streep</u>,
<s>weg</s>, H<sub>2</sub>O, m<sup>2</sup> en
<a href="https://x.example">een link</a>.</p>
<h2>Kop twee</h2><p>Tekst</p><h3>Kop drie</h3>
<ul><li>los</li><li><p>alinea</p><ul><li>dieper</li></ul></li></ul>
<ol start="3"><li>drie <a href="#">zonder doel</a></li></ol>
<blockquote><p>Citaat</p><p>slot</p></blockquote><blockquote>kaal</blockquote>
<table><caption>Avonden</caption><thead><tr><th>Dag</th></tr></thead>
<tbody><tr><td><p>maandag</p></td></tr><tr><td>dinsdag</td></tr></tbody></table>
<hr>los woord
"""
LONG = "<p>" + "Langwoord" * 40 + '</p><p><a href="#">' + "x" * 300 + "</a></p>"
# Of every element with words of its own: what a reader sees of it.
STYLES = """() => [...document.body.querySelectorAll("*")]
  .filter(element => [...element.childNodes].some(
    node => node.nodeType === 3 && node.textContent.trim()))
  .map(element => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const seen = ["fontFamily", "fontSize", "fontWeight", "fontStyle", "lineHeight",
      "letterSpacing", "color", "textAlign", "textDecoration", "marginTop",
      "marginRight", "marginBottom", "marginLeft", "paddingTop", "paddingRight",
      "paddingBottom", "paddingLeft", "verticalAlign", "display"];
    return [element.tagName, element.textContent.trim().slice(0, 40),
      ...seen.map(name => style[name]), box.x, box.y, box.width, box.height];
  })"""
WITHOUT = "() => document.querySelectorAll('style').forEach(style => style.remove())"


@pytest.fixture
def draw(browser):
    """Open a letter in Chromium, at a width and in a colour scheme."""
    pages = []

    def opened(html, *, width=600, scheme="light"):
        page = browser.new_page(
            viewport={"width": width, "height": 800}, color_scheme=scheme
        )
        pages.append(page)
        page.set_content(html)
        return page

    yield opened
    for page in pages:
        page.close()


def letter(body):
    return texts_of(compose(make_content(body=body)))[1].replace(
        'src="https', 'data-src="https'
    )


def announcement():
    return MarkdownIt().render(FIXTURE.read_text())


@pytest.mark.parametrize("body", [EVERYTHING, announcement()], ids=["all", "fixture"])
def test_every_text_looks_the_same_without_its_style_sheet(draw, body):
    page = draw(letter(body))
    styled = page.evaluate(STYLES)
    page.evaluate(WITHOUT)
    assert len(styled) > 15
    assert page.evaluate(STYLES) == styled


def test_in_the_dark_every_text_is_light_on_dark(draw):
    page = draw(letter(EVERYTHING), scheme="dark")
    colours = page.evaluate(
        """() => [...document.querySelectorAll(".card *")].filter(element =>
          [...element.childNodes].some(
            node => node.nodeType === 3 && node.textContent.trim()))
          .map(element => getComputedStyle(element).color)"""
    )
    card = page.evaluate(
        "() => getComputedStyle(document.querySelector('.card')).backgroundColor"
    )
    assert card == "rgb(27, 30, 35)"
    light = {"rgb(233, 230, 223)", "rgb(169, 174, 184)"}
    [link] = set(colours) - light
    assert min(map(int, link[4:-1].split(","))) > 100


@pytest.mark.parametrize("width", [320, 375, 600])
@pytest.mark.parametrize("body", [EVERYTHING, LONG], ids=["all", "long"])
def test_nothing_runs_off_the_side(draw, width, body):
    page = draw(letter(body), width=width)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_a_phone_gets_smaller_margins_and_a_smaller_headline(draw):
    page = draw(letter(EVERYTHING), width=375)
    seen = page.evaluate(
        """() => [
          getComputedStyle(document.querySelector(".letter")).paddingLeft,
          getComputedStyle(document.querySelector("h1")).fontSize,
        ]"""
    )
    assert seen == ["24px", "25px"]


def test_the_preheader_is_not_seen(draw):
    page = draw(letter(EVERYTHING))
    assert not page.get_by_text("Zo bereidt u zich voor").is_visible()

"""The contrast table of the look, measured on the style sheet that is served."""

import re

import pytest

from senders.colours import contrast
from tests.sources import ROOT

SHEET = (ROOT / "static" / "bode" / "tokens.css").read_text("utf-8")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
TOKEN = re.compile(r"--([a-z-]+): (#[0-9A-F]{6});")

# text, field, then the least contrast as the look names it: light, dark
TABLE = [
    ("ink", "paper", 14.6, 14.9),
    ("ink", "surface", 16.1, 13.6),
    ("quiet", "paper", 6.2, 8.1),
    ("quiet", "surface", 6.8, 7.3),
    ("quiet", "sunken", 5.7, 6.7),
    ("quiet", "bode-soft", 5.8, 6.1),
    ("bode", "surface", 8.8, 8.8),
    ("bode", "paper", 8.0, 9.6),
    ("on-bode", "bode", 8.8, 8.8),
    ("good", "good-soft", 6.1, 7.8),
    ("attention", "attention-soft", 6.9, 8.6),
    ("wrong", "wrong-soft", 6.4, 7.7),
    ("wrong", "surface", 7.5, 8.5),
    ("review", "review-soft", 7.4, 7.7),
    ("control", "surface", 4.0, 4.5),
    ("control", "paper", 3.6, 5.0),
    ("bode", "sunken", 7.4, 8.0),
]


def tokens(selector: str) -> dict[str, str]:
    found = {
        name.split("*/")[-1].strip(): dict(TOKEN.findall(body))
        for name, body in RULE.findall(SHEET.replace("@media", "}@media"))
        if TOKEN.search(body)
    }
    return found[selector]


LIGHT = tokens(":root")
DARK = LIGHT | tokens('html[data-theme="dark"]')


def test_the_contrast_is_measured_as_in_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("text", "field", "light", "dark"), TABLE)
def test_text_reads_on_its_field(text, field, light, dark):
    assert contrast(LIGHT[text], LIGHT[field]) >= light - 0.05
    assert contrast(DARK[text], DARK[field]) >= dark - 0.05


@pytest.mark.parametrize("field", ["sunken", "bode-soft", "good-soft", "wrong-soft"])
def test_ink_reads_on_every_soft_field(field):
    assert contrast(LIGHT["ink"], LIGHT[field]) >= 4.5
    assert contrast(DARK["ink"], DARK[field]) >= 4.5


@pytest.mark.parametrize("tone", ["bode", "good", "attention", "wrong", "review"])
def test_the_word_of_a_badge_reads_on_its_field(tone):
    assert contrast(LIGHT[tone], LIGHT[f"{tone}-soft"]) >= 4.5
    assert contrast(DARK[tone], DARK[f"{tone}-soft"]) >= 4.5


def test_the_focus_ring_is_seen_on_every_page():
    for theme in (LIGHT, DARK):
        edges = [theme["focus"], theme["focus-edge"]]
        for field in ("paper", "surface", "bode"):
            assert max(contrast(edge, theme[field]) for edge in edges) >= 3


def test_dark_is_the_same_by_switch_and_by_device():
    assert tokens(':root:not([data-theme="light"])') == tokens(
        'html[data-theme="dark"]'
    )

"""A bulletin's deliveries as a bar: an SVG, of which the style sheet gives colours."""

from collections.abc import Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# The order of the parts; whatever is not handled yet is track.
ORDER = ("sent", "failed", "in_doubt", "skipped")
WIDTH, GAP, LEAST, STRIPE = 1000, 2, 6, 6
HIGH = 10


def draw_bar(totals: Mapping[str, int], height: int) -> SafeString:
    """`totals` are counts by delivery status; a part above zero is always seen."""
    parts = format_html_join(
        "",
        '<rect class="{}" x="{}" width="{}" height="{}"/>{}',
        (
            (name, x, width, height, _hatch(x, width, height, name=name))
            for name, x, width in _parts(totals)
        ),
    )
    return format_html(
        '<svg class="bar" viewBox="0 0 {0} {1}" height="{1}" width="100%"'
        ' preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="track" width="{0}" height="{1}"/>{2}</svg>',
        WIDTH,
        height,
        parts,
    )


def _parts(totals: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """(name, x, width) of each part above zero; small parts shrink the largest."""
    whole = sum(totals.values())
    counts = [(name, totals.get(name, 0)) for name in ORDER if totals.get(name, 0)]
    widths = [max(LEAST, round(count / whole * WIDTH) - GAP) for _name, count in counts]
    excess = sum(widths) + GAP * (len(widths) - 1) - WIDTH
    if excess > 0:
        widths[widths.index(max(widths))] -= excess
    placed, x = [], 0
    for (name, _count), width in zip(counts, widths, strict=True):
        placed.append((name, x, width))
        x += width + GAP
    return placed


def _hatch(x: int, width: int, height: int, *, name: str) -> SafeString:
    if name != "in_doubt":
        return SafeString("")
    # A low bar is a narrow one: at that scale stripes so close would be one colour.
    apart = STRIPE if height >= HIGH else STRIPE * 5
    stripes = (
        (start, height, min(apart * 2, x + width - start))
        for start in range(x, x + width, apart)
    )
    drawn = (
        (start, foot, start + run, round(foot - foot * run / (apart * 2), 1))
        for start, foot, run in stripes
    )
    return format_html_join("", '<path class="hatch" d="M{} {}L{} {}"/>', drawn)

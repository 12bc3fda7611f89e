"""Template tags of the frame, at hand in every template of ours.

`{% icon "clock" %}`, `{% bulletin_badge bulletin %}`, `{% delivery_badge status %}`,
`{% status_strip bulletin %}`, `{% bar parts %}`, and the filters `moment`, `day`,
`clock` and `number`.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django import template
from django.utils import dateformat, formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from bode.bars import draw_bar
from bode.icons import ICONS, MARK, SMALL_MARK

if TYPE_CHECKING:
    from mailings.models import Bulletin

register = template.Library()


class Look(NamedTuple):
    """How a state is shown: never by colour alone."""

    icon: str
    tone: str
    word: Any  # a lazy translation


BULLETIN_LOOKS = {
    "draft": Look("pencil", "grey", gettext_lazy("Draft")),
    "scheduled": Look("clock", "blue", gettext_lazy("Scheduled")),
    "held": Look("hourglass", "amber", gettext_lazy("Held")),
    "sending": Look("arrow", "filled", gettext_lazy("Sending")),
    "paused": Look("bars", "amber", gettext_lazy("Paused")),
    "sent": Look("ringed-tick", "green", gettext_lazy("Sent")),
    "cancelled": Look("ringed-cross", "grey", gettext_lazy("Cancelled")),
}
DELIVERY_LOOKS = {
    "queued": Look("clock", "grey", gettext_lazy("Waiting")),
    "claimed": Look("clock", "grey", gettext_lazy("Waiting")),
    "submitting": Look("arrow", "blue", gettext_lazy("Being handed over")),
    "sent": Look("tick", "blue", gettext_lazy("Sent")),
    "deferred": Look("loop", "grey", gettext_lazy("Later again")),
    "failed": Look("ringed-cross", "red", gettext_lazy("Failed")),
    "skipped": Look("ringed-minus", "grey", gettext_lazy("Skipped")),
    "in_doubt": Look("question", "amber", gettext_lazy("In doubt")),
    # What came back of what was sent: an outcome.
    "delivered": Look("ringed-tick", "green", gettext_lazy("Delivered")),
    "bounced": Look("back", "red", gettext_lazy("Came back")),
    "complained": Look("alert", "red", gettext_lazy("Complained")),
}

# How a trail names whoever worked without the admin.
COMMAND_LINE = "command line"
# Django's date format characters; the clock by language.
DAY = "D j M"
CLOCKS = {"nl": "H.i \\u\\u\\r", "en": "H:i"}
EXACT_CLOCKS = {"nl": "H.i.s", "en": "H:i:s"}


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """The icon, hidden from screen readers: a word always stands beside it."""
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none"'
        ' stroke="currentColor" stroke-width="1.9" stroke-linecap="round"'
        ' stroke-linejoin="round" aria-hidden="true" focusable="false">{1}</svg>',
        size,
        mark_safe(ICONS[name]),
    )


@register.simple_tag
def badge(icon_name: str, tone: str, word: str) -> SafeString:
    """Icon, word and colour."""
    return format_html(
        '<span class="badge {}">{}{}</span>', tone, icon(icon_name, 16), word
    )


@register.simple_tag
def bulletin_badge(bulletin: "Bulletin") -> SafeString:
    look = BULLETIN_LOOKS[bulletin.status]
    return badge(look.icon, look.tone, look.word)


@register.simple_tag
def delivery_badge(status: str) -> SafeString:
    look = DELIVERY_LOOKS[status]
    return badge(look.icon, look.tone, look.word)


@register.filter
def number(value: int | float | None) -> str:
    """12.480, and a dash for nothing."""
    if value is None or value == "":
        return "—"
    return formats.number_format(value, force_grouping=True)


@register.filter
def number_or_dash(value: int | None) -> str:
    """A dash for nothing, so that the numbers that matter stand out."""
    return number(value) if value else "—"


@register.filter
def unlocalised(value: Any) -> str:
    """An id in an address: without the separator that a reader would see."""
    return str(value)


@register.simple_tag
def people_words(people: Any) -> str:
    """3.412 recipients; `people` has a count, and and_more where it is cut off."""
    text = ngettext("%(count)s recipient", "%(count)s recipients", people.count)
    if people.and_more:
        text = _("more than %(count)s recipients")
    return text % {"count": number(people.count)}


@register.filter
def moment(value: datetime | date | None) -> str:
    """do 26 nov, 09.00 uur."""
    if not value:
        return "—"
    if not isinstance(value, datetime):
        return day(value)
    return f"{day(value)}, {clock(value)}"


@register.filter
def day(value: datetime | date | None) -> str:
    """do 26 nov, with the year where it is not this one."""
    if not value:
        return "—"
    here = _here(value)
    this_year = timezone.localdate().year
    return _date(here, DAY if here.year == this_year else f"{DAY} Y")


@register.filter
def clock(value: datetime | None) -> str:
    """09.00 uur."""
    return dateformat.format(_here(value), _of(CLOCKS)) if value else "—"


@register.filter
def exact_clock(value: datetime | None) -> str:
    """09.00.04, where the second matters."""
    return dateformat.format(_here(value), _of(EXACT_CLOCKS)) if value else "—"


def _here(value: Any) -> Any:
    aware = isinstance(value, datetime) and timezone.is_aware(value)
    return timezone.localtime(value) if aware else value


def _date(here: Any, letters: str) -> str:
    """In Dutch days and months are written small: do 26 nov."""
    text = dateformat.format(here, letters)
    return text.lower() if (get_language() or "").startswith("nl") else text


def _of(by_language: dict[str, str]) -> str:
    return by_language[(get_language() or "en")[:2]]


class Step(NamedTuple):
    state: str  # done, current or ahead
    tone: str
    name: str
    detail: str
    by: str  # who did it; empty where it was nobody, or nobody knows


@register.inclusion_tag("bode/status_strip.html")
def status_strip(bulletin: "Bulletin", now: str = "") -> dict[str, list[Step]]:
    """Four steps: what is done, where it stands, what is ahead; when, and by whom.

    `now` says more of where it stands than since when.
    """
    return {"steps": _steps(bulletin, now=now)}


def _steps(bulletin: "Bulletin", *, now: str) -> list[Step]:
    names = [BULLETIN_LOOKS[s].word for s in ("draft", "scheduled", "sending", "sent")]
    details = [
        moment(bulletin.created_at),
        moment(bulletin.send_at) if bulletin.send_at else "",
        moment(bulletin.started_at) if bulletin.started_at else "",
        moment(bulletin.finished_at) if bulletin.finished_at else "",
    ]
    places = {"draft": 0, "scheduled": 1, "held": 1, "sent": 3}
    here = places.get(bulletin.status, 2)
    tones = {"held": "amber", "paused": "amber", "cancelled": "grey"}
    tone = tones.get(bulletin.status, "")
    if bulletin.status in tones:
        names[here] = BULLETIN_LOOKS[bulletin.status].word
    if now and bulletin.status in ("sending", "paused"):
        details[here] = now
    if bulletin.status == "cancelled":  # it ended there, and was never sent
        details[2:] = [details[3], ""]
    if bulletin.status == "draft":
        details = [_("being written"), "", "", ""]
    by = _by_whom(bulletin)
    return [
        Step(_place(place, here), tone, str(names[place]), details[place], by[place])
        for place in range(4)
    ]


def _by_whom(bulletin: "Bulletin") -> list[str]:
    """Who took each step, as the trail tells it."""
    if bulletin.status == "draft" or bulletin.pk is None:
        return ["", "", "", ""]
    acts = {"composed": 0, "scheduled": 1, "released": 1, "cancelled": 2}
    found = ["", "", "", ""]
    taken = bulletin.trail.filter(act__in=acts).order_by("pk")
    for act, who in taken.values_list("act", "who"):
        by_command = who == COMMAND_LINE
        words = _("from the command line") if by_command else _("by %(who)s")
        found[acts[act]] = words % {"who": who} if who else ""
    return found


def _place(place: int, here: int) -> str:
    if place < here or place == here == 3:
        return "done"
    return "current" if place == here else "ahead"


@register.simple_tag
def bar(totals: dict[str, int], height: int = 14) -> SafeString:
    """What became of a bulletin's deliveries, in parts; words stand beside it."""
    return draw_bar(totals, height)


@register.simple_tag
def list_range(cl: Any) -> str:
    """1–20 of 84 subscribers, at the foot of a change list."""
    total = number(cl.result_count)
    if getattr(cl.paginator, "and_more", False):
        total = _("more than %(count)s") % {"count": total}
    first = (cl.page_num - 1) * cl.list_per_page + 1
    last = first + len(cl.result_list) - 1
    words = cl.opts.verbose_name if last == 1 else cl.opts.verbose_name_plural
    if not cl.multi_page:
        return f"{total} {words}"
    return _("%(first)s–%(last)s of %(total)s %(words)s") % {
        "first": number(first),
        "last": number(last),
        "total": total,
        "words": words,
    }


@register.simple_tag
def percent(part: int, whole: int) -> str:
    """62%, and never 100% before the last."""
    return f"{part * 100 // whole if whole else 0}%"


@register.simple_tag
def mark(size: int = 30) -> SafeString:
    """Bode's mark: the messenger's staff and a letter; the pennant from 28 px on."""
    return mark_safe((MARK if size >= 28 else SMALL_MARK) % (size, size))


@register.filter
def parts_sum(totals: dict[str, int], names: str) -> int:
    """The sum of some of the counts: `{{ totals|parts_sum:"queued,deferred" }}`."""
    wanted: Sequence[str] = names.split(",")
    return sum(totals.get(name, 0) for name in wanted)

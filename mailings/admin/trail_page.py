"""Who did what to a bulletin, and when: its trail, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bode.ids import read_id
from bode.ui import number
from mailings.admin.pages import BulletinPages
from mailings.models import Bulletin, Delivery, TrailEntry
from mailings.models.trail import BY_COMMAND
from mailings.reasons import reason_text

LATEST, ON_A_PAGE = 8, 100


@dataclass(frozen=True)
class Step:
    """One entry of the trail, as a page says it."""

    at: datetime
    what: str
    about: str  # how many mails, or whose
    why: str
    who: str


@dataclass(frozen=True)
class Trail:
    """The latest steps first; `before` is where the older ones begin, if any."""

    steps: list[Step]
    before: int | None


class TrailPage(BulletinPages):
    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The whole trail of a bulletin, a hundred steps at a time."""
        bulletin = self.bulletin_for(request, read_id(object_id))
        before = read_id(request.GET.get("before", ""))
        context = {
            "title": _("What happened"),
            "trail": partial(trail_of, bulletin, before=before, most=ON_A_PAGE),
            "is_later_page": bool(before),
        }
        return self.page(request, bulletin, "history", **context)


def trail_of(bulletin: Bulletin, *, before: int = 0, most: int = LATEST) -> Trail:
    """The last steps, or those just before the entry with this number."""
    entries = bulletin.trail.order_by("-pk")
    if before:
        entries = entries.filter(pk__lt=before)
    found = list(entries[: most + 1])
    shown = found[:most]
    addresses = _addresses(shown)
    steps = [_step(entry, addresses) for entry in shown]
    return Trail(steps, shown[-1].pk if len(found) > most else None)


def _step(entry: TrailEntry, addresses: dict[int, str]) -> Step:
    by_command = entry.who == BY_COMMAND
    return Step(
        at=entry.at,
        what=entry.get_act_display(),
        about=_about(entry, addresses),
        why=reason_text(entry.detail),
        who=_("the command line") if by_command else entry.who or "Bode",
    )


def _about(entry: TrailEntry, addresses: dict[int, str]) -> str:
    if entry.delivery_id:
        return addresses.get(entry.delivery_id) or _("an erased person")
    if entry.count is None:
        return ""
    words = ngettext("%(count)s mail", "%(count)s mails", entry.count)
    return words % {"count": number(entry.count)}


def _addresses(entries: Iterable[TrailEntry]) -> dict[int, str]:
    """Of the deliveries that they are about, as they stand in the ledger now."""
    wanted = [entry.delivery_id for entry in entries if entry.delivery_id]
    found = Delivery.objects.filter(pk__in=wanted)
    return dict(found.values_list("pk", "email"))

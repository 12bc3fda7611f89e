"""Who got a bulletin: everyone in its audience, with a state and a reason."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bode.ids import read_id
from mailings import figures, settling, statement
from mailings.admin.pages import BulletinPages
from mailings.models import Bulletin, Delivery
from mailings.reasons import reason_text
from mailings.statement import Line

Status = Delivery.Status
ON_A_PAGE = 50
# What may be chosen, in the order of the sum; "waiting" is a person's word for four.
GROUPS = {
    "sent": (gettext_lazy("Sent"), (Status.SENT,)),
    "failed": (gettext_lazy("Failed"), (Status.FAILED,)),
    "in_doubt": (gettext_lazy("In doubt"), (Status.IN_DOUBT,)),
    "skipped": (gettext_lazy("Skipped"), (Status.SKIPPED,)),
    "deferred": (gettext_lazy("Later again"), (Status.DEFERRED,)),
    "waiting": (
        gettext_lazy("Waiting"),
        (Status.QUEUED, Status.CLAIMED, Status.SUBMITTING),
    ),
}


@dataclass(frozen=True)
class Slice:
    """Fifty deliveries, and where the pages before and after begin."""

    rows: list[Line]
    before: int | None
    after: int | None


class DeliveriesPage(BulletinPages):
    def deliveries_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        bulletin = self.bulletin_for(request, pk)
        group = request.GET.get("status", "")
        if group not in GROUPS:
            group = ""
        here = _slice(_found(bulletin, group, request.GET.get("q", "")), request.GET)
        context = statement_of(bulletin) | {
            "title": _("Who got this bulletin?"),
            "group": group,
            "query": request.GET.get("q", "").strip(),
            "rows": [told(line) for line in here.rows],
            "slice": here,
            "place": place(request.GET),
            "count_in_doubt": settling.unreached(bulletin, [Status.IN_DOUBT]).count(),
        }
        return self.page(request, bulletin, "deliveries", **context)


def place(asked: QueryDict) -> str:
    """What is looked at, as a query: by it, who decides there comes back to it."""
    kept = ("status", "q", "before", "after")
    return urlencode({name: asked[name] for name in kept if asked.get(name)})


def statement_of(bulletin: Bulletin) -> dict[str, object]:
    """What stands above the rows: the sum, what left, who let it go, and when."""
    totals = figures.tallied([bulletin])[bulletin.pk]
    return {
        "audience": sum(totals.values()),
        "totals": totals,
        "groups": _sums(totals),
        "edition": bulletin.edition,
        "agreed": statement.agreed_by(bulletin),
    }


def told(line: Line) -> tuple[Line, str, str]:
    """The line, the person's name, and why it is as it is, in words."""
    return line, statement.full_name(line.values), reason_text(line.reason)


def person(delivery: Delivery) -> str:
    """The name that the mail was written to; empty where there is none (any more)."""
    return statement.full_name(delivery.values)


def _found(bulletin: Bulletin, group: str, query: str) -> QuerySet[Delivery]:
    """The bulletin's deliveries in this group, whose address begins so."""
    deliveries = statement.deliveries_of(bulletin)
    if group:
        deliveries = deliveries.filter(status__in=GROUPS[group][1])
    if query := query.strip().replace("\x00", ""):
        deliveries = deliveries.filter(email__istartswith=query)
    return deliveries


def _slice(deliveries: QuerySet[Delivery], asked: QueryDict) -> Slice:
    """The rows next to the one that was asked for: no page counts what lies before."""
    if before := read_id(asked.get("before", "")):
        earlier = deliveries.filter(pk__lt=before)
        rows = statement.page(earlier, size=ON_A_PAGE + 1, from_the_end=True)
        more = len(rows) > ON_A_PAGE
        rows = rows[-ON_A_PAGE:]
        return Slice(rows, rows[0].pk if more else None, rows[-1].pk if rows else None)
    after = read_id(asked.get("after", ""))
    rows = statement.page(deliveries.filter(pk__gt=after), size=ON_A_PAGE + 1)
    more = len(rows) > ON_A_PAGE
    rows = rows[:ON_A_PAGE]
    return Slice(
        rows,
        rows[0].pk if after and rows else None,
        rows[-1].pk if more else None,
    )


def _sums(totals: dict[str, int]) -> list[tuple[str, object, int]]:
    """(group, word, count): together they are the audience."""
    return [
        (name, word, sum(totals[status] for status in statuses))
        for name, (word, statuses) in GROUPS.items()
    ]

"""The list of bulletins: what each is, when it goes out, and how far it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bode.searching import Searching
from bode.ui import number
from mailings.audience import recipients
from mailings.figures import Progress, progress_of
from mailings.models import Bulletin
from mailings.reasons import reason_text
from subscribers.models import MailingList

Status = Bulletin.Status
COUNTED = 10_000  # people; more than these are not counted to draw a row
STARTED = (Status.SENDING, Status.PAUSED, Status.SENT, Status.CANCELLED)


class CountedFilter(admin.SimpleListFilter):
    """A filter whose choices say how many bulletins each has."""

    template = "admin/mailings/bulletin/filter.html"
    everything: Any = gettext_lazy("All")
    counted = True

    def value(self) -> str | None:
        """The choice; one that does not exist is none at all."""
        chosen = super().value()
        known = {str(key) for key, _word in self.lookup_choices}
        return chosen if chosen in known else None

    def counts(self, bulletins: QuerySet[Bulletin]) -> dict[str, int]:
        return {}

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        found = changelist.get_queryset(
            self.request, exclude_parameters=self.expected_parameters()
        )
        counts = self.counts(found) if self.counted else {}
        yield self._choice(changelist, None, self.everything, counts.get("", None))
        for key, word in self.lookup_choices:
            count = counts.get(str(key), 0) if self.counted else None
            yield self._choice(changelist, str(key), word, count)

    def _choice(
        self, changelist: ChangeList, key: str | None, word: Any, count: int | None
    ) -> dict[str, Any]:
        name = str(self.parameter_name)
        return {
            "selected": self.value() == key,
            "query_string": changelist.get_query_string(
                {name: key} if key else None, [name]
            ),
            "display": word,
            "count": count,
        }


class StatusFilter(CountedFilter):
    title = gettext_lazy("Status")
    parameter_name = "status"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, Any]]:
        return list(Status.choices)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Bulletin]
    ) -> QuerySet[Bulletin]:
        return queryset.filter(status=self.value()) if self.value() else queryset

    def counts(self, bulletins: QuerySet[Bulletin]) -> dict[str, int]:
        counted = dict(bulletins.order_by().values_list("status").annotate(Count("pk")))
        return {**counted, "": sum(counted.values())}


class ListFilter(CountedFilter):
    title = gettext_lazy("List")
    parameter_name = "list"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, Any]]:
        return [(str(one.pk), one.name) for one in MailingList.objects.all()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Bulletin]
    ) -> QuerySet[Bulletin]:
        chosen = self.value()
        return queryset.filter(lists=int(chosen)) if chosen else queryset

    def counts(self, bulletins: QuerySet[Bulletin]) -> dict[str, int]:
        through = Bulletin.lists.through.objects.filter(
            bulletin__in=bulletins.order_by()
        )
        counted = through.values_list("mailinglist").annotate(Count("pk"))
        return {str(pk): count for pk, count in counted}


class SendTimeFilter(CountedFilter):
    title = gettext_lazy("Send time")
    parameter_name = "when"
    everything = gettext_lazy("Any time")
    counted = False

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, Any]]:
        return [
            ("week", _("Next 7 days")),
            ("month", _("This month")),
            ("year", _("This year")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Bulletin]
    ) -> QuerySet[Bulletin]:
        if not self.value():
            return queryset
        since, until = _span(self.value() or "")
        return queryset.filter(send_at__gte=since, send_at__lt=until)


def _span(name: str) -> tuple[datetime, datetime]:
    now = timezone.localtime()
    if name == "week":
        return now, now + timedelta(days=7)
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if name == "month":
        return start, (start + timedelta(days=32)).replace(day=1)
    start = start.replace(month=1)
    return start, start.replace(year=start.year + 1)


class BulletinChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        """Give each bulletin on this page what its row says."""
        super().get_results(request)
        now = timezone.now()
        found = progress_of([one for one in self.result_list if one.status in STARTED])
        for bulletin in self.result_list:
            bulletin.row = _row(bulletin, found.get(bulletin.pk), now=now)


@dataclass(frozen=True)
class Row:
    """What the list says of a bulletin, in words."""

    audience: str  # empty where there is nobody; a bound where it is large
    progress: Progress | None  # of one that has started
    reason: str
    wait: str


def _row(bulletin: Bulletin, progress: Progress | None, *, now: datetime) -> Row:
    if progress:
        people = number(progress.audience) if progress.audience else ""
    else:
        list_ids = [one.pk for one in bulletin.lists.all()]
        people = _bounded(recipients(list_ids, corrects_id=bulletin.corrects_id))
    return Row(
        audience=people,
        progress=progress,
        reason=reason_text(bulletin.reason),
        wait=_wait(bulletin, now),
    )


def _bounded(people: QuerySet[Any]) -> str:
    """12.480, or 10.000+ where the counting stopped; nothing for nobody."""
    count = people.order_by()[: COUNTED + 1].count()
    if count > COUNTED:
        return f"{number(COUNTED)}+"
    return number(count) if count else ""


def _wait(bulletin: Bulletin, now: datetime) -> str:
    """How long until it goes out, in words."""
    if bulletin.status != Status.SCHEDULED or bulletin.send_at is None:
        return ""
    if bulletin.send_at <= now:
        return _("any moment now")
    if bulletin.send_at - now < timedelta(days=1):
        time = timeuntil(bulletin.send_at, now, depth=1)
    else:  # days are counted on the calendar, as people do
        day, today = timezone.localdate(bulletin.send_at), timezone.localdate(now)
        time = timeuntil(day, today, depth=1)
    return _("in %(time)s") % {"time": time}


class BulletinListing(Searching):
    # What the list page says.
    list_title = gettext_lazy("Bulletins")
    new_title = gettext_lazy("New bulletin")
    empty_title = gettext_lazy("No bulletins yet")
    empty_text = gettext_lazy(
        "Here you will see every bulletin: what is being written, what is planned, "
        "and what became of what was sent."
    )

    list_display = ("subject", "status", "send_at")
    list_filter = (StatusFilter, ListFilter, SendTimeFilter)
    search_fields = ("subject",)
    search_help_text = gettext_lazy("Search by subject")
    list_per_page = 20
    list_max_show_all = 0
    show_full_result_count = False
    # What has no time yet is being worked on: it stands on top.
    ordering = (F("send_at").desc(nulls_first=True), "-pk")
    actions = ("delete_selected",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BulletinChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Bulletin]:
        return super().get_queryset(request).prefetch_related("lists")

    def get_action_choices(
        self, request: HttpRequest, default_choices: Any = ()
    ) -> list[Any]:
        blank = [("", _("Choose an action"))]
        return super().get_action_choices(request, blank)

    def has_delete_permission(
        self, request: HttpRequest, obj: Bulletin | None = None
    ) -> bool:
        """Only drafts: what went out stays on record."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or obj.status == Status.DRAFT)

    @admin.action(description=gettext_lazy("Delete drafts…"), permissions=["delete"])
    def delete_selected(
        self, request: HttpRequest, queryset: QuerySet[Bulletin]
    ) -> HttpResponse | None:
        if others := queryset.exclude(status=Status.DRAFT).count():
            messages.error(
                request,
                _("Only drafts can be deleted, and %(count)d of these are none.")
                % {"count": others},
            )
            return None
        drafts: Callable[..., Any] = delete_selected
        return drafts(self, request, queryset.filter(status=Status.DRAFT))

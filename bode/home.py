"""What the first page of the admin says: what needs you, what goes out, how it went."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bode.ui import moment, number
from mailings import audience, figures
from mailings.models import Bulletin, Delivery
from mailings.reasons import reason_text
from subscribers.counting import MOST, People, confirmed_on
from subscribers.models import MailingList

# How far back the page looks. None of its questions reads a whole ledger.
RECENT = 20
SHOWN = 5
FAILED_FOR = timedelta(days=7)

Status = Bulletin.Status


@dataclass(frozen=True)
class Concern:
    """Something that waits for a person."""

    icon: str
    tone: str
    what: str  # the first words, in bold
    where: str
    detail: str
    url: str
    act: str


@dataclass(frozen=True)
class Planned:
    bulletin: Bulletin
    lists: str
    people: People


@dataclass(frozen=True)
class Running:
    bulletin: Bulletin
    progress: figures.Progress
    left: str  # how long it will still take, in words; may be empty


@dataclass(frozen=True)
class Gone:
    """A bulletin that was sent, in four numbers."""

    bulletin: Bulletin
    audience: int
    sent: int
    failed: int
    in_doubt: int


@dataclass(frozen=True)
class ListFigure:
    mailing_list: MailingList
    people: People


def concerns() -> list[Concern]:
    """What needs a person now, the newest trouble first."""
    recent = list(
        Bulletin.objects.filter(
            status__in=[
                *(Status.HELD, Status.SENDING, Status.PAUSED),
                *(Status.SENT, Status.CANCELLED),
            ]
        )[:RECENT]
    )
    counted = _troubles(recent)
    found: list[Concern] = []
    for bulletin in recent:
        if bulletin.status == Status.HELD:
            found.append(_held(bulletin))
        if bulletin.status == Status.PAUSED:
            found.append(_paused(bulletin))
        in_doubt, failed = counted.get(bulletin.pk, (0, 0))
        if in_doubt:
            found.append(_in_doubt(bulletin, in_doubt))
        if failed and _is_news(bulletin):
            found.append(_failed(bulletin, failed))
    return found


def _troubles(bulletins: list[Bulletin]) -> dict[int, tuple[int, int]]:
    """Bulletin id → how many in doubt and not settled, how many failed."""
    found = figures.tallied(bulletins)
    unsettled = _unsettled([pk for pk, totals in found.items() if totals["in_doubt"]])
    return {
        pk: (unsettled.get(pk, 0), totals["failed"]) for pk, totals in found.items()
    }


def _unsettled(bulletins: list[int]) -> dict[int, int]:
    """Bulletin id → how many in doubt that nobody left as they are."""
    doubts = Delivery.objects.filter(
        bulletin__in=bulletins, status=Delivery.Status.IN_DOUBT, left_at=None
    )
    counted = doubts.order_by().values_list("bulletin").annotate(Count("pk"))
    return dict(counted) if bulletins else {}


def _is_news(bulletin: Bulletin) -> bool:
    last = bulletin.finished_at or timezone.now()
    return last > timezone.now() - FAILED_FOR


def _held(bulletin: Bulletin) -> Concern:
    return Concern(
        "hourglass",
        "amber",
        _("“%(bulletin)s” was held") % {"bulletin": bulletin},
        "",
        _("It was to go out %(moment)s. Say whether it still may.")
        % {"moment": moment(bulletin.send_at)},
        reverse("admin:mailings_bulletin_progress", args=[bulletin.pk]),
        _("Decide"),
    )


def _paused(bulletin: Bulletin) -> Concern:
    return Concern(
        "bars",
        "amber",
        _("“%(bulletin)s” is paused") % {"bulletin": bulletin},
        "",
        reason_text(bulletin.reason) or _("Somebody paused it. The rest waits."),
        reverse("admin:mailings_bulletin_progress", args=[bulletin.pk]),
        _("Look"),
    )


def _in_doubt(bulletin: Bulletin, count: int) -> Concern:
    what = ngettext("%(count)s mail in doubt", "%(count)s mails in doubt", count)
    return Concern(
        "question",
        "amber",
        what % {"count": number(count)},
        _("with “%(bulletin)s”") % {"bulletin": bulletin},
        _("Nobody knows what became of it. Choose: send again, or leave it."),
        reverse("admin:mailings_bulletin_progress", args=[bulletin.pk]),
        _("Look"),
    )


def _failed(bulletin: Bulletin, count: int) -> Concern:
    what = ngettext(
        "%(count)s mail did not arrive", "%(count)s mails did not arrive", count
    )
    return Concern(
        "ringed-cross",
        "red",
        what % {"count": number(count)},
        _("with “%(bulletin)s”") % {"bulletin": bulletin},
        _("The other mail server refused. The reason stands beside each name."),
        reverse("admin:mailings_bulletin_deliveries", args=[bulletin.pk])
        + "?status=failed",
        _("See whom"),
    )


def planned() -> list[Planned]:
    """What goes out, the first one first."""
    scheduled = Bulletin.objects.filter(status=Status.SCHEDULED).order_by("send_at")
    return [
        Planned(
            bulletin,
            ", ".join(one.name for one in bulletin.lists.all()),
            _people(bulletin),
        )
        for bulletin in scheduled.prefetch_related("lists")[:SHOWN]
    ]


def _people(bulletin: Bulletin) -> People:
    list_ids = [one.pk for one in bulletin.lists.all()]
    people = audience.recipients(list_ids, corrects_id=bulletin.corrects_id)
    found = people.order_by()[: MOST + 1].count()
    return People(min(found, MOST), and_more=found > MOST)


def running() -> list[Running]:
    sending = list(Bulletin.objects.sending().order_by("started_at")[:SHOWN])
    found = figures.progress_of(sending)
    return [
        Running(one, found[one.pk], _time_left(found[one.pk].seconds_left))
        for one in sending
    ]


def _time_left(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    text = ngettext("about %d minute left", "about %d minutes left", minutes)
    return text % minutes


def gone() -> Iterator[Gone]:
    """The last ones that were sent."""
    ended = Bulletin.objects.filter(status=Status.SENT).order_by("-finished_at", "-pk")
    last = list(ended[:SHOWN])
    found = figures.tallied(last)
    for bulletin in last:
        totals = found[bulletin.pk]
        yield Gone(
            bulletin,
            sum(totals.values()),
            totals["sent"],
            totals["failed"],
            totals["in_doubt"],
        )


def lists() -> list[ListFigure]:
    return [ListFigure(one, confirmed_on(one)) for one in MailingList.objects.all()[:6]]

"""The page of a bulletin that goes out, and what may be done to it meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from mailings import audience, figures, scheduling
from mailings.admin.pages import BulletinPages
from mailings.admin.progress_words import pace_in_words, since_the_start
from mailings.admin.trail_page import trail_of
from mailings.errors import MailingError
from mailings.models import Bulletin
from mailings.reasons import reason_text
from mailings.switch import on_hold

Status = Bulletin.Status
NOT_BEGUN = (Status.SCHEDULED, Status.HELD)
COUNTED_DOWN = 120  # seconds before the start from which on the page counts them


@dataclass(frozen=True)
class Move:
    """A button of the page: the verb behind it, and what is said afterwards."""

    verb: Callable[..., None]
    done: Promise
    needs_can_send: bool


# Holding back asks less than sending: whoever sees that it is wrong may stop it.
MOVES = {
    "take_back": Move(
        scheduling.take_back,
        _("Taken back: nothing has left, and the bulletin is a draft again."),
        False,
    ),
    "release": Move(scheduling.release_now, _("Released: it is on its way out."), True),
    "pause": Move(
        scheduling.pause,
        _("Paused. What was already being handed over still leaves."),
        False,
    ),
    "resume": Move(scheduling.resume, _("The bulletin goes out again."), True),
    "cancel": Move(scheduling.cancel, _("Stopped. Nothing more of it leaves."), True),
}


class ProgressPage(BulletinPages):
    def progress_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        bulletin = self.bulletin_for(request, pk)
        if bulletin.status == Status.DRAFT:
            return self.to("change", bulletin)
        context = self._live(bulletin) | {
            "title": str(bulletin),
            "trail": trail_of(bulletin),
        }
        if bulletin.status in NOT_BEGUN:
            context["summary"] = audience.summary(
                list(bulletin.lists.all()), corrects=bulletin.corrects
            )
        return self.page(request, bulletin, "progress", **context)

    def progress_live(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The parts of the page that change by themselves."""
        bulletin = self.bulletin_for(request, pk)
        context = self._live(bulletin) | {
            "bulletin": bulletin,
            "may_send": self.may_send(request),
            "may_work": self.may_work(request),
        }
        template = "admin/mailings/bulletin/progress_live.html"
        return TemplateResponse(request, template, context)

    def cancel_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET says what stopping means, POST stops."""
        bulletin = self.bulletin_for(request, pk)
        self.must_send(request)
        if request.method == "POST":
            return self._move(request, bulletin, MOVES["cancel"])
        if bulletin.status not in Bulletin.MOVES[Status.CANCELLED]:
            return self.to("progress", bulletin)
        context = {
            "title": _("Stop this bulletin?"),
            "progress": figures.progress(bulletin),
        }
        return self.page(request, bulletin, "cancel", **context)

    def move_view(self, name: str) -> Callable[..., HttpResponse]:
        """The POST behind a button that asks nothing more."""

        @require_POST
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            return self._move(request, self.bulletin_for(request, pk), MOVES[name])

        return view

    def _move(
        self, request: HttpRequest, bulletin: Bulletin, move: Move
    ) -> HttpResponse:
        if move.needs_can_send:
            self.must_send(request)
        else:
            self.must_work(request)
        try:
            move.verb(bulletin, by=self.name_of(request))
        except MailingError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, str(move.done))
        return self.to("progress", bulletin)

    def _live(self, bulletin: Bulletin) -> dict[str, Any]:
        context: dict[str, Any] = {
            "edition": bulletin.edition,
            "pace": pace_in_words(),
        }
        context["list_names"] = ", ".join(str(one) for one in bulletin.lists.all())
        if bulletin.status == Status.SCHEDULED:
            return context | _before(bulletin)
        if bulletin.status == Status.HELD:
            return context | _held(bulletin)
        return context | since_the_start(bulletin)


def _before(bulletin: Bulletin) -> dict[str, Any]:
    """When it leaves: cheap, for it is asked again and again."""
    now = timezone.now()
    seconds = ceil(((bulletin.send_at or now) - now).total_seconds())
    counted_down = max(COUNTED_DOWN, settings.UNDO_SECONDS)
    return {
        "seconds": seconds,
        "counts_down": 0 < seconds <= counted_down,
        "window": max(settings.UNDO_SECONDS, seconds),
    }


def _held(bulletin: Bulletin) -> dict[str, Any]:
    """Why it waits for a person, and whether anybody may let it go."""
    return {"reason": reason_text(bulletin.reason), "on_hold": on_hold()}

"""The last look before a bulletin goes out, and the question when."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mailings import audience, preflight, scheduling
from mailings.admin.pages import BulletinPages
from mailings.errors import MailingError, WrongState
from mailings.flight_forms import LATER, NOW, ScheduleForm, suggested_moment
from mailings.models import Bulletin
from mailings.preflight import Problem

Status = Bulletin.Status
FIRST_PROBLEMS = 5
# Shows the script how a time is written here: 11.22 uur, 11:22.
CLOCK_SAMPLE = datetime(2000, 1, 1, 11, 22)


class SchedulePage(BulletinPages):
    def schedule_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET says what will happen, POST makes it so."""
        bulletin = self.bulletin_for(request, pk)
        self.must_send(request)
        if bulletin.status not in (Status.DRAFT, Status.HELD):
            messages.warning(request, _("This bulletin is no longer a draft."))
            return self.to("progress", bulletin)
        errors, warnings = _sorted_problems(_problems(bulletin))
        form = ScheduleForm(
            request.POST if request.method == "POST" else None,
            warnings=warnings,
            initial={"when": LATER, **suggested_moment()},
        )
        if request.method == "POST" and not errors and form.is_valid():
            try:
                return self._go(request, bulletin, form)
            except WrongState as error:
                messages.warning(request, str(error))
                return self.to("progress", bulletin)
            except MailingError as error:
                form.add_error(None, str(error))
        return self._ask(request, bulletin, form, errors)

    def _go(
        self, request: HttpRequest, bulletin: Bulletin, form: ScheduleForm
    ) -> HttpResponse:
        # Only what was on the page and ticked off there: no warning of a second ago.
        accept = bool(form.warnings)
        now, by = form.cleaned_data["when"] == NOW, self.name_of(request)
        if bulletin.status == Status.HELD and now:
            scheduling.release_now(bulletin, by=by)
        elif bulletin.status == Status.HELD:
            scheduling.release(bulletin, send_at=form.send_at, by=by)
        elif now:
            scheduling.send_now(bulletin, accept_warnings=accept, by=by)
        else:
            scheduling.schedule(
                bulletin, send_at=form.send_at, accept_warnings=accept, by=by
            )
        return self.to("progress", bulletin)

    def _ask(
        self,
        request: HttpRequest,
        bulletin: Bulletin,
        form: ScheduleForm,
        errors: list[Problem],
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "title": _title(bulletin),
            "form": form,
            "errors": errors[:FIRST_PROBLEMS],
            "error_count": len(errors),
            "seen_count": len(bulletin.ticked_off),
            "summary": audience.summary(
                list(bulletin.lists.all()), corrects=bulletin.corrects
            ),
            "undo_seconds": settings.UNDO_SECONDS,
            "zone": settings.TIME_ZONE,
            "clock_sample": CLOCK_SAMPLE,
        }
        return self.page(request, bulletin, "schedule", **context)


def _title(bulletin: Bulletin) -> str:
    if bulletin.status == Status.HELD:
        return _("When may it go out?")
    return _("Ready to go out?")


def _problems(bulletin: Bulletin) -> list[Problem]:
    """Of a held one nothing is asked again: its text is fixed."""
    return [] if bulletin.status == Status.HELD else preflight.open_problems(bulletin)


def _sorted_problems(
    problems: list[Problem],
) -> tuple[list[Problem], list[Problem]]:
    """The errors and the warnings, apart."""
    errors = [problem for problem in problems if problem.blocks]
    return errors, [problem for problem in problems if not problem.blocks]

"""What may be done afterwards: send again, leave what is in doubt, correct."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    QueryDict,
)
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bode.ids import read_id
from bode.ui import number
from mailings import correcting, settling
from mailings.admin.deliveries_page import place
from mailings.admin.pages import BulletinPages
from mailings.causes import LOOKED_AT, commonest
from mailings.errors import MailingError
from mailings.models import Bulletin, Delivery
from mailings.reasons import reason_text
from mailings.switch import on_hold

Status = Delivery.Status


@dataclass(frozen=True)
class Kind:
    """A choice of the page: who failed, or whose mail is in doubt."""

    name: str
    count: int
    ticked: bool
    reasons: list[tuple[str, int | None]]  # None where not all were looked at


class AgainPage(BulletinPages):
    def again_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET says who was not reached and asks which of them, POST sends again."""
        bulletin = self.bulletin_for(request, pk)
        self.must_send(request)
        if bulletin.status not in settling.GONE_OUT:
            return self.to("progress", bulletin)
        if request.method != "POST":
            return self._ask_who(request, bulletin, ticked=request.GET.getlist("kind"))
        ticked = [
            one for one in request.POST.getlist("kind") if one in settling.UNREACHED
        ]
        if not ticked:
            nobody = _("Tick who gets it once more.")
            return self._ask_who(request, bulletin, error=nobody)
        seen = sum(read_id(request.POST.get(f"seen_{one}", "")) for one in ticked)
        try:
            count = settling.send_to_unreached(
                bulletin,
                kinds=[Status(one) for one in ticked],
                expected=seen,
                by=self.name_of(request),
            )
        except MailingError as error:
            return self._ask_who(request, bulletin, ticked=ticked, error=str(error))
        messages.success(request, _done(count))
        return self.to("progress", bulletin)

    def leave_all(self, request: HttpRequest, pk: int) -> HttpResponse:
        """An editor's answer for all that are in doubt at once: they stay so."""
        bulletin = self.bulletin_for(request, pk)
        self.must_work(request)
        try:
            count = settling.leave_all(bulletin, by=self.name_of(request))
        except MailingError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _left(count))
        return self.to("progress", bulletin)

    def correct(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin a correction, or go on with the one that is being written."""
        bulletin = self.bulletin_for(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            correction = correcting.begin(bulletin, by=self.name_of(request))
        except MailingError as error:
            messages.warning(request, str(error))
            return self.to("progress", bulletin)
        return self.to("change", correction)

    def settle(self, request: HttpRequest, pk: int, delivery_id: int) -> HttpResponse:
        """An editor's answer for one delivery: send it again, or leave it."""
        bulletin = self.bulletin_for(request, pk)
        delivery = get_object_or_404(Delivery, pk=delivery_id, bulletin=bulletin)
        answer = request.POST.get("answer")
        if answer == "again":
            self.must_send(request)
        elif answer == "leave":
            self.must_work(request)
        else:
            return HttpResponseBadRequest()
        try:
            done = _answer(delivery, answer, by=self.name_of(request))
        except MailingError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, done)
        if request.POST.get("back") != "deliveries":
            return self.to("progress", bulletin)
        here = QueryDict(request.POST.get("place", ""))
        return self.to("deliveries", bulletin, query=place(here))

    def _ask_who(
        self,
        request: HttpRequest,
        bulletin: Bulletin,
        *,
        ticked: list[str] | None = None,
        error: str = "",
    ) -> HttpResponse:
        kinds = [
            _kind(bulletin, status, is_ticked=status.value in (ticked or []))
            for status in settling.UNREACHED
        ]
        context: dict[str, Any] = {
            "title": _("Send again to who was not reached?"),
            "kinds": [kind for kind in kinds if kind.count],
            "both": sum(kind.count for kind in kinds),
            "left": settling.left_as_they_are(bulletin).count(),
            "error": error,
            "on_hold": on_hold(),
        }
        return self.page(request, bulletin, "again", **context)


def _answer(delivery: Delivery, answer: str, *, by: str) -> str:
    if answer == "again":
        settling.send_again(delivery, by=by)
        return _("%(email)s gets the mail once more.") % {"email": delivery.email}
    settling.leave_it(delivery, by=by)
    words = _("%(email)s stays as it is. You may still send it again later.")
    return words % {"email": delivery.email or _("This erased person")}


def _kind(bulletin: Bulletin, status: Status, *, is_ticked: bool) -> Kind:
    unreached = settling.unreached(bulletin, [status])
    count = unreached.count()
    last = unreached.order_by("-pk").values_list("reason", flat=True)[:LOOKED_AT]
    reasons = [
        (reason_text(one.reason), one.count if count <= LOOKED_AT else None)
        for one in commonest(list(last))
    ]
    return Kind(status.value, count, is_ticked, reasons)


def _done(count: int) -> str:
    words = ngettext(
        "%(count)s person gets the mail once more.",
        "%(count)s people get the mail once more.",
        count,
    )
    return words % {"count": number(count)}


def _left(count: int) -> str:
    words = ngettext(
        "%(count)s mail stays as it is. You may still send it again later.",
        "%(count)s mails stay as they are. You may still send them again later.",
        count,
    )
    return words % {"count": number(count)}

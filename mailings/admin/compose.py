"""What the compose page asks while somebody writes: preview, checks, a test mail.

Each gets the whole form as it stands in the browser and saves nothing of it.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.formats import number_format
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bode.ids import read_id
from mailings import audience, preflight
from mailings.admin.pages import BulletinPages
from mailings.admin.readers import Reader, find_readers, the_reader
from mailings.admin.testing import send_test
from mailings.editions import Press, compile_edition
from mailings.errors import MailingError
from mailings.forms import BulletinReading
from mailings.models import Bulletin
from mailings.preflight.problem import Problem
from mailings.preflight.size import KB, LARGEST
from mailings.rendering.inlining import TooDeep
from senders.addresses import BadAddress
from senders.caging import caged
from senders.transports.base import Message
from subscribers.models import MailingList, Subscriber

MAY_SEE_READERS = "subscribers.view_subscriber"


class ComposePages(BulletinPages):
    def get_urls(self) -> list[URLPattern]:
        pages = {
            "preview": self.preview_page,
            "checks": self.checks_page,
            "readers": self.readers_page,
            "test": self.test_page,
        }
        guarded = {
            name: self.admin_site.admin_view(page) for name, page in pages.items()
        }
        guarded["preview"] = self._in_its_frame(guarded["preview"])
        new = [
            path(f"add/{name}/", page, name=f"mailings_bulletin_new_{name}")
            for name, page in guarded.items()
        ]
        begun = [
            path(f"<int:pk>/{name}/", page, name=f"mailings_bulletin_{name}")
            for name, page in guarded.items()
        ]
        return [*new, *begun, *super().get_urls()]

    def _in_its_frame(self, page: Callable[..., Any]) -> Callable[..., Any]:
        """The page, without a login form in the frame for who has been logged out."""

        def view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
            if not self.admin_site.has_permission(request):
                return caged(escape(_("You have been logged out.")), status=403)
            return page(request, pk)

        return view

    def preview_page(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """The mail of one reader as it would leave, in a frame that runs no script.

        POST shows what is in the form, GET what is saved (or what has left).
        """
        if request.method == "POST":
            bulletin, lists = self._written(request, pk)
            mail = self._mail(request, bulletin, lists)
            return caged(mail.html if mail else "")
        saved = self.bulletin_for(request, pk or 0)
        return caged(self.mail_as_saved(request, saved).html)

    def checks_page(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """What preflight finds, and whatever else the page says about the text."""
        bulletin, lists = self._written(request, pk)
        mail = self._mail(request, bulletin, lists)
        people = _audience(bulletin, lists).count()
        problems = preflight.find_problems(bulletin, lists=lists)
        return JsonResponse(
            {
                "checks": _checks(request, bulletin, problems, mail, people),
                "marks": [_mark(number, one) for number, one in _numbered(problems)],
                "errors": sum(problem.blocks for problem in problems),
                "said": _said(problems),
                "people": ngettext(
                    "%(people)s recipient", "%(people)s recipients", people
                )
                % {"people": number_format(people, force_grouping=True)},
                "from": bulletin.sender.from_name if bulletin.sender else "",
                "subject": mail.subject if mail else bulletin.subject,
                "text": mail.text if mail else "",
            }
        )

    def readers_page(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Up to 50 people of the chosen lists, to look at the mail as one of them."""
        bulletin = self._must_write(request, pk)
        if not request.user.has_perm(MAY_SEE_READERS):
            return JsonResponse({"readers": []})
        chosen = [read_id(one) for one in request.GET.getlist("lists")]
        lists = MailingList.objects.filter(pk__in=chosen)
        if bulletin.corrects_id:  # its lists are no choice
            lists = bulletin.lists.all()
        people = _audience(bulletin, list(lists))
        found = find_readers(people, request.GET.get("q", ""))
        return JsonResponse({"readers": found})

    def test_page(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Send the mail, as it stands in the form, to whoever asks."""
        if request.method != "POST":
            return HttpResponse(status=405)
        bulletin, lists = self._written(request, pk)
        reader = self._chosen_reader(request, bulletin, lists)
        try:
            done = send_test(request.user, bulletin, lists=lists, values=reader.values)
        except MailingError as error:
            return JsonResponse({"sent": False, "message": str(error)})
        return JsonResponse({"sent": True, "message": done})

    def mail_as_saved(self, request: HttpRequest, bulletin: Bulletin) -> Message:
        """What left, or is about to; of a draft, what is saved."""
        lists = list(bulletin.lists.all())
        edition = bulletin.edition or compile_edition(bulletin)
        reader = self._chosen_reader(request, bulletin, lists)
        return _for(reader, Press(edition, bulletin))

    def _mail(
        self, request: HttpRequest, bulletin: Bulletin, lists: list[MailingList]
    ) -> Message | None:
        """None for what cannot be compiled: the checks say why."""
        try:
            edition = compile_edition(bulletin, lists=lists)
        except (BadAddress, TooDeep):
            return None
        reader = self._chosen_reader(request, bulletin, lists)
        return _for(reader, Press(edition, bulletin))

    def _written(
        self, request: HttpRequest, pk: int | None
    ) -> tuple[Bulletin, list[MailingList]]:
        """The bulletin as it stands in the form, unsaved, and its lists."""
        saved = self._must_write(request, pk)
        return BulletinReading(request.POST, instance=saved).read()

    def _must_write(self, request: HttpRequest, pk: int | None) -> Bulletin:
        """The draft, or a new one, for who may write on it; else PermissionDenied."""
        if pk is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return Bulletin()
        bulletin = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, bulletin):
            raise PermissionDenied
        return bulletin

    def _chosen_reader(
        self, request: HttpRequest, bulletin: Bulletin, lists: list[MailingList]
    ) -> Reader:
        """Whom the page chose; the invented one for who may not see subscribers."""
        chosen = request.POST.get("reader") or request.GET.get("reader") or ""
        if not request.user.has_perm(MAY_SEE_READERS):
            chosen = ""
        return the_reader(
            chosen, _audience(bulletin, lists), language=bulletin.language
        )


def _audience(bulletin: Bulletin, lists: list[MailingList]) -> QuerySet[Subscriber]:
    list_ids = [one.pk for one in lists]
    return audience.recipients(list_ids, corrects_id=bulletin.corrects_id)


def _for(reader: Reader, press: Press) -> Message:
    return press.practice_message(email=reader.email, values=reader.values)


def _numbered(problems: list[Problem]) -> list[tuple[int, Problem]]:
    return list(enumerate(problems, start=1))


def _mark(number: int, problem: Problem) -> dict[str, Any]:
    """For the browser: which words to mark with this number."""
    return {
        "number": number,
        "code": problem.code,
        "severity": problem.severity,
        "where": problem.where,
        "quote": problem.quote,
        "at": problem.at,
    }


def _said(problems: list[Problem]) -> str:
    """For a screen reader, in one sentence."""
    errors = sum(problem.blocks for problem in problems)
    return _("Checked: %(errors)s errors, %(warnings)s warnings.") % {
        "errors": errors,
        "warnings": len(problems) - errors,
    }


def _checks(
    request: HttpRequest,
    bulletin: Bulletin,
    problems: list[Problem],
    mail: Message | None,
    people: int,
) -> str:
    """The panel "Checks", as HTML."""
    errors = sum(problem.blocks for problem in problems)
    context = {
        "rows": [
            {
                "number": number,
                "problem": problem,
                "title": problem.title,
                "detail": problem.mend,
                "ticked": problem.key in bulletin.ticked_off,
            }
            for number, problem in _numbered(problems)
        ],
        "errors": errors,
        "warnings": len(problems) - errors,
        "people": people,
        "kilobytes": -(-len(mail.html.encode()) // KB) if mail else 0,
        "most_kilobytes": LARGEST // KB,
    }
    return render_to_string(
        "admin/mailings/bulletin/compose_checks.html", context, request
    )

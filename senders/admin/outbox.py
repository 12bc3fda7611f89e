"""Where the demo's mail is read: the list, and the mail that was chosen."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bode.ids import read_id
from senders.caging import caged
from senders.models import OutboxMail
from senders.opened_mail import OpenedMail, open_mail, read_envelope

ON_A_PAGE = 20
COUNTED = 1000  # more than this is not counted to draw a page
PARTS = {
    "html": "HTML",
    "text": gettext_lazy("Text"),
    "headers": gettext_lazy("Headers"),
    "source": gettext_lazy("Source"),
}


@admin.register(OutboxMail)
class OutboxMailAdmin(admin.ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        shown: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "": ("changelist", self.list_page),
            "empty/": ("empty", self.empty_page),
            "<int:pk>/change/": ("change", self.mail_page),
            "<int:pk>/html/": ("html", self.html_frame),
            "<int:pk>/download/": ("download", self.download),
        }
        return [
            path(
                route,
                self.admin_site.admin_view(view),
                name=f"senders_outboxmail_{name}",
            )
            for route, (name, view) in shown.items()
        ]

    # Nothing is added or changed by hand, and nothing is here but in the demo.
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: OutboxMail | None = None
    ) -> bool:
        return False

    def has_view_permission(
        self, request: HttpRequest, obj: OutboxMail | None = None
    ) -> bool:
        return settings.TRANSPORT == "outbox" and super().has_view_permission(
            request, obj
        )

    def has_delete_permission(
        self, request: HttpRequest, obj: OutboxMail | None = None
    ) -> bool:
        return settings.TRANSPORT == "outbox" and super().has_delete_permission(
            request, obj
        )

    def list_page(self, request: HttpRequest) -> HttpResponse:
        """The list, with its newest mail beside it where the screen is wide."""
        self._may_look(request)
        mails = _page_of_mails(request)
        return self._page(request, mails, mails[0] if mails else None, chosen=False)

    def mail_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._may_look(request)
        mail = get_object_or_404(OutboxMail, pk=pk)
        return self._page(request, _page_of_mails(request), mail, chosen=True)

    def html_frame(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The mail's HTML, caged: it runs no script, whoever opens it and how."""
        self._may_look(request)
        mail = open_mail(_source(get_object_or_404(OutboxMail, pk=pk)))
        if _is_sealed(request, mail):
            raise PermissionDenied
        return caged(mail.html)

    def download(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._may_look(request)
        mail = get_object_or_404(OutboxMail, pk=pk)
        if _is_sealed(request, open_mail(_source(mail))):
            raise PermissionDenied
        return HttpResponse(
            _source(mail),
            content_type="message/rfc822",
            headers={
                "Content-Disposition": f'attachment; filename="mail-{mail.pk}.eml"'
            },
        )

    def empty_page(self, request: HttpRequest) -> HttpResponse:
        """GET asks, POST empties the outbox."""
        if not self.has_delete_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            OutboxMail.objects.all().delete()
            messages.success(request, _("The outbox is empty."))
            return redirect("admin:senders_outboxmail_changelist")
        context = self._frame(request, _("Empty the outbox?"))
        context |= _count(OutboxMail.objects.all())
        return TemplateResponse(request, "admin/senders/outboxmail/empty.html", context)

    def _may_look(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _page(
        self,
        request: HttpRequest,
        mails: list[OutboxMail],
        mail: OutboxMail | None,
        *,
        chosen: bool,
    ) -> HttpResponse:
        opened = open_mail(_source(mail)) if mail else None
        context = self._frame(request, _("Outgoing mail"))
        context |= _count(_found(request)) | {
            "query": request.GET.get("q", ""),
            "before": request.GET.get("before", ""),
            "rows": [(mail, read_envelope(_source(mail))) for mail in mails],
            "older": mails[-1].pk if len(mails) == ON_A_PAGE else None,
            "mail": mail,
            "opened": opened,
            "sealed": opened and _is_sealed(request, opened),
            "chosen": chosen,
            "parts": PARTS,
            "part": request.GET.get("part", ""),
            "may_empty": self.has_delete_permission(request),
        }
        if opened and context["part"] not in PARTS:
            context["part"] = "html" if opened.html else "text"
        return TemplateResponse(request, "admin/senders/outboxmail/list.html", context)

    def _frame(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
        }


def _is_sealed(request: HttpRequest, mail: OpenedMail) -> bool:
    """Whether it holds a key that would let this person be somebody else.

    A password letter may be of one who may do everything, so that nobody else reads
    them here.
    """
    return mail.is_secret and not request.user.is_superuser


def _found(request: HttpRequest) -> QuerySet[OutboxMail]:
    """Whose recipient or subject holds what was searched for."""
    query = request.GET.get("q", "").strip().replace("\x00", "")
    if not query:
        return OutboxMail.objects.all()
    return OutboxMail.objects.filter(
        Q(recipient__icontains=query) | Q(subject__icontains=query)
    )


def _page_of_mails(request: HttpRequest) -> list[OutboxMail]:
    found = _found(request)
    if before := read_id(request.GET.get("before", "")):
        found = found.filter(pk__lt=before)
    return list(found[:ON_A_PAGE])


def _count(mails: QuerySet[OutboxMail]) -> dict[str, int | bool]:
    count = mails.order_by()[: COUNTED + 1].count()
    return {"count": min(count, COUNTED), "and_more": count > COUNTED}


def _source(mail: OutboxMail) -> bytes:
    # PostgreSQL answers a memoryview.
    return bytes(mail.source)

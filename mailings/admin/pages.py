"""What every page of one bulletin shares: whose it is, and what surrounds it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from mailings.models import Bulletin

CAN_SEND = "mailings.can_send"


class BulletinPages(admin.ModelAdmin):
    def bulletin_for(self, request: HttpRequest, pk: int) -> Bulletin:
        """The bulletin, for who may see it; else PermissionDenied or Http404."""
        bulletin = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, bulletin):
            raise PermissionDenied
        return bulletin

    def may_send(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CAN_SEND)

    def may_work(self, request: HttpRequest) -> bool:
        """Whoever may change bulletins at all: also holds back one that goes out."""
        return self.may_send(request) or request.user.has_perm(
            f"{self.opts.app_label}.change_{self.opts.model_name}"
        )

    def name_of(self, request: HttpRequest) -> str:
        """Who does it, for the trail: the name as it is now."""
        user = request.user
        return getattr(user, "get_full_name", str)() or user.get_username()

    def must_send(self, request: HttpRequest) -> None:
        if not self.may_send(request):
            raise PermissionDenied

    def must_work(self, request: HttpRequest) -> None:
        if not self.may_work(request):
            raise PermissionDenied

    def page(
        self, request: HttpRequest, bulletin: Bulletin, name: str, **context: Any
    ) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "bulletin": bulletin,
            "original": bulletin,
            "may_send": self.may_send(request),
            "may_work": self.may_work(request),
            "may_add": self.has_add_permission(request),
            **context,
        }
        return TemplateResponse(
            request, f"admin/mailings/bulletin/{name}.html", context
        )

    def to(self, name: str, bulletin: Bulletin, *, query: str = "") -> HttpResponse:
        url = reverse(f"admin:mailings_bulletin_{name}", args=[bulletin.pk])
        return redirect(f"{url}?{query}" if query else url)

"""The admin site: Bode's own frame around Django's."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import dateformat, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bode import home
from bode.banner import notice
from bode.first_steps import first_steps, nothing_sent_yet
from bode.menu import build_menu, sending_state
from senders.models import Organisation


class LoginForm(AdminAuthenticationForm):
    """Django's, with a sentence that everybody understands."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "This username and password do not belong together. Mind the capitals."
        ),
    }


class BodeAdminSite(admin.AdminSite):
    login_form = LoginForm
    site_title = "Bode"
    site_header = "Bode"
    index_title = gettext_lazy("Overview")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What the frame of every page shows. It must stay cheap."""
        context = super().each_context(request)
        context["organisation"] = _organisation()
        if context["has_permission"]:
            context["menu"] = build_menu(self, request)
            context["notice"] = found = notice()
            context["sending_state"] = sending_state(found)
        return context

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        shown = _greeting(request) | _bulletins(request) | _lists(request)
        return super().index(request, {**shown, **(extra_context or {})})

    def app_index(
        self,
        request: HttpRequest,
        app_label: str,
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The menu shows every section at once, so none has a page of its own."""
        return redirect(f"{self.name}:index")


def _organisation() -> Organisation:
    """Without its logo, which a page would carry for nothing."""
    return Organisation.objects.defer("logo").first() or Organisation()


def _greeting(request: HttpRequest) -> dict[str, Any]:
    now = timezone.localtime()
    user = cast(User, request.user)  # the site lets nobody else in
    name = user.get_short_name() or user.get_username()
    if now.hour < 12:
        greeting = _("Good morning, %(name)s")
    elif now.hour < 18:
        greeting = _("Good afternoon, %(name)s")
    else:
        greeting = _("Good evening, %(name)s")
    return {
        "title": greeting % {"name": name},
        "name": name,
        "today": capfirst(dateformat.format(now, "l j F Y")),
        "may_write": request.user.has_perm("mailings.add_bulletin"),
    }


def _bulletins(request: HttpRequest) -> dict[str, Any]:
    if not _sees(request, "mailings", "bulletin"):
        return {}
    if nothing_sent_yet() and request.user.has_perm("mailings.add_bulletin"):
        steps = first_steps()
        title = _("Welcome to Bode, %(name)s") % _greeting(request)
        done = sum(step.done for step in steps)
        return {"steps": steps, "done": done, "title": title}
    return {
        "sees_bulletins": True,
        "concerns": home.concerns(),
        "planned": home.planned(),
        "running": home.running(),
        "gone": list(home.gone()),
    }


def _lists(request: HttpRequest) -> dict[str, Any]:
    if not _sees(request, "subscribers", "mailinglist"):
        return {}
    return {"lists": home.lists()}


def _sees(request: HttpRequest, app: str, model: str) -> bool:
    rights = (f"{app}.view_{model}", f"{app}.change_{model}")
    return any(request.user.has_perm(right) for right in rights)

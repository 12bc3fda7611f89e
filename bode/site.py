"""The admin site: Bode's own frame around Django's."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bode.menu import build_menu, sending_state
from senders.models import Organisation


class BodeAdminSite(admin.AdminSite):
    site_title = "Bode"
    site_header = "Bode"
    index_title = _("Overview")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What the frame of every page shows. It must stay cheap."""
        context = super().each_context(request)
        context["organisation"] = Organisation.objects.current()
        if context["has_permission"]:
            context["menu"] = build_menu(self, request)
            context["sending_state"] = sending_state()
        return context

"""The one organisation: its menu entry leads straight to its form."""

from hashlib import sha256
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from senders.forms import OrganisationForm
from senders.models import Organisation


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    form = OrganisationForm
    only_one = True
    new_title = list_title = _("Organisation")
    readonly_fields = ["logo_now"]

    def get_fieldsets(
        self, request: HttpRequest, obj: Organisation | None = None
    ) -> Any:
        has_logo = bool(obj and obj.logo)
        logo = ["logo_now", "new_logo", "remove_logo"] if has_logo else ["new_logo"]
        if not self.has_change_permission(request, obj):
            logo = ["logo_now"]
        return [
            (_("Who you are"), {"fields": ["name", "contact", "postal_address"]}),
            (_("How it looks"), {"fields": [*logo, "colour"]}),
        ]

    @admin.display(description=_("logo"))
    def logo_now(self, organisation: Organisation) -> str:
        if not organisation.logo:
            return "—"
        version = sha256(bytes(organisation.logo)).hexdigest()[:8]
        return format_html(
            '<img class="logo-now" src="{}?{}" alt="{}">',
            reverse("senders:logo"),
            version,
            organisation.name,
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        may = super().has_add_permission(request)
        return may and not Organisation.objects.exists()

    def has_delete_permission(
        self, request: HttpRequest, obj: Organisation | None = None
    ) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        organisation = Organisation.objects.first()
        if organisation:
            return redirect("admin:senders_organisation_change", organisation.pk)
        return redirect("admin:senders_organisation_add")

    def save_model(
        self, request: HttpRequest, obj: Organisation, form: Any, change: bool
    ) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)

"""House styles: the frames in which bulletins are set."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bode.cells import after, before
from bode.ui import number
from mailings.models import Layout


@admin.register(Layout)
class LayoutAdmin(admin.ModelAdmin):
    actions = None
    list_display = ["what", "tint", "logo", "bulletins"]
    prepopulated_fields = {"slug": ["name"]}
    new_title = gettext_lazy("New layout")
    empty_title = gettext_lazy("No layouts yet")
    empty_text = gettext_lazy(
        "A layout is the house style around your text: colour, logo and footer. "
        "Bode makes a letter for you with your first bulletin."
    )

    def get_fieldsets(self, request: HttpRequest, obj: Layout | None = None) -> Any:
        # One frame is no choice; it is asked for once there are more.
        frame = ["frame"] if len(Layout.Frame.choices) > 1 else []
        return [
            (_("Layout"), {"fields": ["name", "slug", *frame]}),
            (_("How it looks"), {"fields": ["colour", "show_logo", "footer"]}),
        ]

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Layout | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Layout]:
        return super().get_queryset(request).annotate(used=Count("bulletin"))

    @admin.display(description=gettext_lazy("layout"), ordering="name")
    def what(self, layout: Layout) -> str:
        return format_html(
            '{}<span class="detail">{}</span>', layout.name, layout.get_frame_display()
        )

    @admin.display(description=gettext_lazy("colour"))
    def tint(self, layout: Layout) -> str:
        if not layout.colour:
            return before(_("colour"), _("the organisation's"))
        return format_html(
            '<svg width="14" height="14" aria-hidden="true" focusable="false">'
            '<rect width="14" height="14" rx="4" fill="{0}"/></svg> {0}',
            layout.colour,
        )

    @admin.display(description=gettext_lazy("logo"))
    def logo(self, layout: Layout) -> str:
        return _("with logo") if layout.show_logo else _("without logo")

    @admin.display(description=gettext_lazy("bulletins"), ordering="used")
    def bulletins(self, layout: Layout) -> str:
        return after(number(getattr(layout, "used", 0)), _("bulletins"))

"""The lists that people subscribe to."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bode.cells import after, before
from bode.fields import PlainChoices
from bode.ui import number
from subscribers.counting import confirmed_on
from subscribers.forms import MailingListForm
from subscribers.models import MailingList


@admin.register(MailingList)
class MailingListAdmin(PlainChoices):
    form = MailingListForm
    actions = None
    list_display = ["what", "people", "seen_by", "ground"]
    list_select_related = ["default_sender"]
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (
            gettext_lazy("What readers see"),
            {"fields": ["name", "description", "is_public"]},
        ),
        (
            gettext_lazy("How it is used"),
            {"fields": ["slug", "default_sender", "legal_basis"]},
        ),
    ]
    new_title = gettext_lazy("New list")
    empty_title = gettext_lazy("No lists yet")
    empty_text = gettext_lazy(
        "A list is what people subscribe to, like “Newsletter”. A bulletin goes to "
        "one list or more."
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: MailingList | None = None
    ) -> list[str]:
        # The List-Id is made of it (RFC 2919 section 4: it never changes).
        return ["slug"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: MailingList | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def has_delete_permission(
        self, request: HttpRequest, obj: MailingList | None = None
    ) -> bool:
        """A list that ever had a subscriber is proof of consent, and stays."""
        may = super().has_delete_permission(request, obj)
        return may and not (obj and obj.subscriptions.exists())

    @admin.display(description=gettext_lazy("list"), ordering="name")
    def what(self, mailing_list: MailingList) -> str:
        return format_html(
            '{}<span class="detail">{}</span>',
            mailing_list.name,
            mailing_list.description or mailing_list.slug,
        )

    @admin.display(description=gettext_lazy("subscribers"))
    def people(self, mailing_list: MailingList) -> str:
        people = confirmed_on(mailing_list)
        count = number(people.count)
        if people.and_more:
            count = _("more than %(count)s") % {"count": count}
        return after(count, _("subscribers"))

    @admin.display(description=gettext_lazy("seen by"), ordering="is_public")
    def seen_by(self, mailing_list: MailingList) -> str:
        seen_by = _("everyone") if mailing_list.is_public else _("subscribers only")
        return before(_("seen by"), seen_by)

    @admin.display(description=gettext_lazy("legal basis"), ordering="legal_basis")
    def ground(self, mailing_list: MailingList) -> str:
        return mailing_list.get_legal_basis_display()

"""The people we write to: found, shown, and changed through `subscribing` alone."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bode.ids import read_id
from bode.paging import CappedPaginator
from bode.searching import Searching
from subscribers import erasing, subscribing
from subscribers.admin.filters import ListFilter, StatusFilter
from subscribers.errors import SubscriberError
from subscribers.forms import SubscriberForm
from subscribers.models import ConsentEvent, Subscriber, Subscription, Suppression

SHOWN_EVENTS = 50


@admin.register(Subscriber)
class SubscriberAdmin(Searching):
    form = SubscriberForm
    actions = None
    list_display = ["who", "on_lists", "organisation", "language"]
    list_filter = [ListFilter, StatusFilter, "language"]
    list_per_page = 50
    search_fields = ["email", "name", "first_name", "last_name", "organisation"]
    search_help_text = gettext_lazy("Search by name, address or organisation")
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    new_title = gettext_lazy("New subscriber")
    empty_title = gettext_lazy("No subscribers yet")
    empty_text = gettext_lazy(
        "Here you find everybody who gets your bulletins. Add somebody, or import a "
        "file with import_subscribers."
    )

    def get_fieldsets(self, request: HttpRequest, obj: Subscriber | None = None) -> Any:
        left = Subscription.Status.UNSUBSCRIBED
        gone = obj and obj.subscriptions.filter(status=left).exists()
        lists = ["lists", "asked"] if gone else ["lists"]
        if not self.has_change_permission(request, obj):
            lists = []
        name = [("first_name", "infix", "last_name"), "name", "salutation"]
        work = [("organisation", "function")]
        sections: list[tuple[Any, dict[str, Any]]] = [
            (_("Address and lists"), {"fields": ["email", *lists, "language"]}),
            (_("Name"), {"fields": name}),
            (_("Work"), {"fields": work}),
        ]
        return sections

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        return (
            super()
            .get_queryset(request)
            .prefetch_related("subscriptions__mailing_list")
        )

    def has_delete_permission(
        self, request: HttpRequest, obj: Subscriber | None = None
    ) -> bool:
        """Who left stays known, or a later import would write to them again."""
        may = super().has_delete_permission(request, obj)
        left = Subscription.Status.UNSUBSCRIBED
        return may and not (obj and obj.subscriptions.filter(status=left).exists())

    def delete_model(self, request: HttpRequest, obj: Subscriber) -> None:
        erasing.erase(obj)

    @admin.display(description=gettext_lazy("subscriber"), ordering="email")
    def who(self, person: Subscriber) -> str:
        if not person.display_name:
            return person.email
        return format_html(
            '{}<span class="detail">{}</span>', person.display_name, person.email
        )

    @admin.display(description=gettext_lazy("lists"))
    def on_lists(self, person: Subscriber) -> str:
        confirmed = Subscription.Status.CONFIRMED
        return format_html_join(
            "",
            "<div>{}{}</div>",
            (
                (
                    one.mailing_list.name,
                    ""
                    if one.status == confirmed
                    else format_html(
                        ' <span class="quiet">({})</span>',
                        one.get_status_display().lower(),
                    ),
                )
                for one in person.subscriptions.all()
            ),
        )

    # --- Changing: the form asks, the verbs act ---------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown = {**_proof(object_id), **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, shown)
        except SubscriberError as error:
            # Somebody else was first, between the form's question and the act.
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(
        self, request: HttpRequest, obj: Subscriber, form: Any, change: bool
    ) -> None:
        told = {name: form.cleaned_data[name] for name in subscribing.FIELDS}
        if change:
            subscribing.change_details(obj, email=form.cleaned_data["email"], **told)
        for mailing_list in form.joined:
            subscription = subscribing.subscribe(
                form.cleaned_data["email"],
                mailing_list,
                method=ConsentEvent.Method.ADMIN,
                source=request.user.get_username(),
                fields=told,
                asked_to_come_back=form.cleaned_data.get("asked", False),
            )
            obj.pk = subscription.subscriber_id
        for mailing_list in form.dropped:
            subscribing.unsubscribe(
                obj, mailing_list, source=request.user.get_username()
            )
        obj.refresh_from_db()


def _proof(object_id: str | None) -> dict[str, Any]:
    """What stands under the form: where this person stands, and why we may write."""
    person = _known(object_id)
    if person is None:
        return {}
    return {
        "subscriptions": person.subscriptions.select_related("mailing_list").order_by(
            "mailing_list__name"
        ),
        "events": person.consent_events.all()[:SHOWN_EVENTS],
        "suppression": Suppression.objects.filter(
            address_key=person.address_key
        ).first(),
    }


def _known(object_id: str | None) -> Subscriber | None:
    return Subscriber.objects.filter(pk=read_id(object_id or "")).first()

"""Which subscribers: on which list, and how they stand there."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bode.ids import read_id
from subscribers.models import MailingList, Subscriber, Subscription

Lookups = list[tuple[str, str]]


class ListFilter(admin.SimpleListFilter):
    title = _("list")
    parameter_name = "list"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(str(one.pk), one.name) for one in MailingList.objects.all()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Subscriber]
    ) -> QuerySet[Subscriber]:
        # With a status beside it, StatusFilter asks for both in one.
        if self.value() is None or request.GET.get("status"):
            return queryset
        return queryset.filter(_stands(list=self.value()))


class StatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(value, str(label)) for value, label in Subscription.Status.choices]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Subscriber]
    ) -> QuerySet[Subscriber]:
        if self.value() is None:
            return queryset
        return queryset.filter(
            _stands(list=request.GET.get("list"), status=self.value())
        )


def _stands(*, list: str | None = None, status: str | None = None) -> Exists:
    subscriptions = Subscription.objects.filter(subscriber=OuterRef("pk"))
    if list_id := read_id(list or ""):
        subscriptions = subscriptions.filter(mailing_list=list_id)
    if status:
        subscriptions = subscriptions.filter(status=status)
    return Exists(subscriptions)

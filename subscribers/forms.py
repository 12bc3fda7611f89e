"""The form of one person, and of the lists that this person is on."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subscribers.errors import AddressTaken, IsSuppressed
from subscribers.keys import address_key
from subscribers.models import MailingList, Subscriber, Subscription
from subscribers.subscribing import FIELDS
from subscribers.suppressing import is_suppressed


class SubscriberForm(forms.ModelForm):
    """Asks; the verbs of `subscribing` do what was asked."""

    lists = forms.ModelMultipleChoiceField(
        MailingList.objects.all(),
        label=gettext_lazy("lists"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Ticked: this person gets what goes to that list."),
    )
    asked = forms.BooleanField(
        label=gettext_lazy("This person asked for it"),
        required=False,
        help_text=gettext_lazy("Needed to put somebody back on a list they left."),
    )

    class Meta:
        model = Subscriber
        fields = ["email", *FIELDS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.confirmed = self._lists_in(Subscription.Status.CONFIRMED)
        self.left = self._lists_in(Subscription.Status.UNSUBSCRIBED)
        self.initial.setdefault("lists", [one.pk for one in self.confirmed])
        if not self.left:
            self.fields.pop("asked", None)
        if "lists" in self.fields and not MailingList.objects.exists():
            self.fields["lists"].help_text = format_html(
                '{} <a class="link" href="{}">{}</a>',
                _("There is no list yet."),
                reverse("admin:subscribers_mailinglist_add"),
                _("Make a list"),
            )

    def _lists_in(self, status: Subscription.Status) -> set[MailingList]:
        if not self.instance.pk:
            return set()
        subscriptions = self.instance.subscriptions.filter(status=status)
        return {one.mailing_list for one in subscriptions.select_related()}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip()
        key = address_key(email)
        others = Subscriber.objects.exclude(pk=self.instance.pk)
        if others.filter(address_key=key).exists():
            raise ValidationError(str(AddressTaken()))
        if not self.instance.pk and is_suppressed(key):
            raise ValidationError(str(IsSuppressed()))
        return email

    def clean_lists(self) -> list[MailingList]:
        lists = list(self.cleaned_data["lists"])
        if not lists and not self.instance.pk:
            raise ValidationError(_("Choose at least one list."))
        if set(lists) - self.confirmed and is_suppressed(self.instance.address_key):
            raise ValidationError(str(IsSuppressed()))
        return lists

    def clean(self) -> dict[str, Any] | None:
        back = self.left & set(self.cleaned_data.get("lists", []))
        if back and not self.cleaned_data.get("asked"):
            names = ", ".join(sorted(one.name for one in back))
            self.add_error(
                "lists",
                _("This person left %(lists)s. Tick below that they asked to return.")
                % {"lists": names},
            )
        return super().clean()

    @property
    def joined(self) -> list[MailingList]:
        """The lists that were ticked now and not before."""
        return [one for one in self.cleaned_data["lists"] if one not in self.confirmed]

    @property
    def dropped(self) -> set[MailingList]:
        return self.confirmed - set(self.cleaned_data["lists"])


class MailingListForm(forms.ModelForm):
    class Meta:
        model = MailingList
        fields = [
            "name",
            "slug",
            "description",
            "is_public",
            "default_sender",
            "legal_basis",
        ]
        error_messages = {
            "slug": {
                "unique": gettext_lazy("Another list has this short name already.")
            }
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "default_sender" in self.fields:
            sender = cast(forms.ModelChoiceField, self.fields["default_sender"])
            sender.empty_label = _("No fixed sender")

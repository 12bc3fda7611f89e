"""What an editor fills in."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailings.editor import EditorWidget
from mailings.errors import MailingError
from mailings.models import Bulletin
from mailings.rendering.sanitising import sanitise
from subscribers.models import MailingList, Subscription

# Twice what Gmail shows of a mail, and checked within two seconds whatever it holds.
LONGEST_BODY = 200_000
MOST_TICKS = 500
LONGEST_TICK = 1000


@dataclass(frozen=True)
class ListChoice:
    """A list as a checkbox, and how many people are on it."""

    box: BoundWidget
    people: int


class TickedOffField(forms.Field):
    """The keys of the warnings that an editor has seen and lets be."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        ticks = [str(tick) for tick in value or [] if len(str(tick)) <= LONGEST_TICK]
        return list(dict.fromkeys(ticks))[:MOST_TICKS]


class BulletinForm(forms.ModelForm):
    """A draft. It may be saved however unfinished it is: preflight asks the rest."""

    # What a verb said when this form was saved before; see BulletinAdmin.
    refusal: MailingError | None = None

    body = forms.CharField(
        label=gettext_lazy("text"), required=False, strip=False, widget=EditorWidget
    )
    based_on = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    ticks = TickedOffField(required=False)

    class Meta:
        model = Bulletin
        fields = (
            "subject",
            "preheader",
            "date",
            "language",
            "headline",
            "body",
            "lists",
            "sender",
            "sign",
            "layout",
        )
        widgets = {
            "date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "lists": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].required = False
        # Whom a correction goes to is settled: the lists are those of the earlier one.
        self.fields["lists"].disabled = self.instance.corrects_id is not None
        self.initial["ticks"] = self.instance.ticked_off
        if self.instance.pk:
            self.initial["based_on"] = self.instance.version
            # The editor knows no other tags, and would drop them without a word.
            self.initial["body"] = sanitise(self.instance.body)
        if self.refusal and isinstance(self.data, QueryDict):
            # Saving once more replaces the other text: the editor is told so.
            self.data = self.data.copy()
            self.data["based_on"] = str(self.instance.version)

    def clean_body(self) -> str:
        body = self.cleaned_data["body"]
        if len(body) > LONGEST_BODY:
            raise ValidationError(too_long(len(body)), code="too_long")
        return sanitise(body)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.instance.ticked_off = cleaned.get("ticks", [])
        if self.refusal:
            self.add_error(None, str(self.refusal))
        return cleaned

    @property
    def list_choices(self) -> list[ListChoice]:
        people = _people_per_list()
        return [
            ListChoice(box, people.get(str(box.data["value"]), 0))
            for box in self["lists"]
            if box.data["selected"] or not self.fields["lists"].disabled
        ]


class BulletinReading(BulletinForm):
    """The same fields as they stand at this moment, for the preview and the checks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("subject", "preheader", "headline"):
            self.fields[name] = forms.CharField(required=False)

    def read(self) -> tuple[Bulletin, list[MailingList]]:
        """The bulletin, unsaved, and its lists; what cannot be read stays as it was."""
        self.full_clean()
        return self.instance, list(self.cleaned_data.get("lists") or [])


def too_long(length: int) -> str:
    return _(
        "The text is too long: %(length)s characters, and no more than %(most)s fit. "
        "Shorten it, or put a part of it on a web page and link to that."
    ) % {"length": number_format(length), "most": number_format(LONGEST_BODY)}


def _people_per_list() -> dict[str, int]:
    confirmed = Q(subscriptions__status=Subscription.Status.CONFIRMED)
    counted = MailingList.objects.annotate(
        people=Count("subscriptions", filter=confirmed)
    )
    return {str(pk): people for pk, people in counted.values_list("pk", "people")}

"""The forms of whoever sets up as whom mail leaves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from senders.logo import FORMATS, to_png
from senders.models import Organisation, Sender


class OrganisationForm(forms.ModelForm):
    new_logo = forms.FileField(
        label=_("new logo"),
        required=False,
        help_text=_("A PNG, JPEG, WebP or GIF. It stands at the head of your mail."),
        widget=forms.FileInput(
            attrs={"accept": ",".join(f"image/{kind.lower()}" for kind in FORMATS)}
        ),
    )
    remove_logo = forms.BooleanField(label=_("take the logo away"), required=False)

    class Meta:
        model = Organisation
        fields = ["name", "contact", "postal_address", "colour"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.logo:
            self.fields.pop("remove_logo", None)

    def clean_new_logo(self) -> bytes | None:
        file = self.cleaned_data["new_logo"]
        return to_png(file) if file else None

    def clean(self) -> dict[str, Any] | None:
        if png := self.cleaned_data.get("new_logo"):
            self.instance.logo = png
        elif self.cleaned_data.get("remove_logo"):
            self.instance.logo = b""
        return super().clean()


class SenderForm(forms.ModelForm):
    class Meta:
        model = Sender
        fields = ["from_name", "from_address", "reply_to", "signature"]
        widgets = {"signature": forms.Textarea(attrs={"rows": 5})}
        error_messages = {
            "from_address": {"unique": _("Another sender has this address already.")}
        }

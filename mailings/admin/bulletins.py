"""The page where a bulletin is written, and who may do what there."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from mailings import writing
from mailings.admin.compose import MAY_SEE_READERS, ComposePages
from mailings.admin.compose_words import words
from mailings.admin.flight import FlightPages
from mailings.admin.listing import BulletinListing
from mailings.admin.trail_page import TrailPage, trail_of
from mailings.errors import MailingError
from mailings.forms import LONGEST_BODY, BulletinForm
from mailings.models import Bulletin, Layout
from mailings.rendering.merge import FIELDS
from senders.models import Sender
from senders.text import default_language

ASKED = ("preview", "checks", "readers", "test")
JUST_SAVED = "bulletin_just_saved"
REFUSAL = "bode.refusal"


@admin.register(Bulletin)
class BulletinAdmin(TrailPage, FlightPages, BulletinListing, ComposePages):
    form = BulletinForm

    # --- Who may do what. Status itself is changed by the verbs alone. ---------------

    def has_change_permission(
        self, request: HttpRequest, obj: Bulletin | None = None
    ) -> bool:
        """Only a draft is written on; `?look` shows one without writing on it."""
        may = super().has_change_permission(request, obj)
        if obj is None:
            return may
        return may and obj.status == Bulletin.Status.DRAFT and "look" not in request.GET

    def has_delete_permission(
        self, request: HttpRequest, obj: Bulletin | None = None
    ) -> bool:
        """Only what was never sent to anyone can be thrown away."""
        may = super().has_delete_permission(request, obj)
        if obj is None:
            return may
        is_draft = obj.status == Bulletin.Status.DRAFT
        return may and is_draft and not obj.deliveries.exists()

    # --- The form --------------------------------------------------------------------

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Plain fields, without the admin's pluses and pencils beside them."""
        return db_field.formfield(**kwargs)

    def get_form(
        self,
        request: HttpRequest,
        obj: Bulletin | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[forms.ModelForm]:
        """The form; where a verb refused what was in it, it says so."""
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = request.META.get(REFUSAL)
        return type(form.__name__, (form,), {"refusal": refusal})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new letter begins with its greeting, and with what there is but one of."""
        senders = Sender.objects.all()[:2]
        with translation.override(default_language()):
            greeting = _("Dear {{ salutation }},")
        return {
            "body": f"<p>{greeting}</p><p></p>",
            "sender": senders[0] if len(senders) == 1 else None,
            "layout": Layout.objects.default(),
        } | super().get_changeform_initial_data(request)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page; a refused save is undone and shown again with its text kept."""
        bulletin = self.get_object(request, unquote(object_id)) if object_id else None
        if bulletin and not self.has_change_permission(request, bulletin):
            return self._not_written_on(request, bulletin)
        context = self._compose_context(request, bulletin) | (extra_context or {})
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except MailingError as refusal:
            request.META[REFUSAL] = refusal
            return self.changeform_view(request, object_id, form_url, extra_context)

    def _not_written_on(self, request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
        """Show it to who may see it; say to a writer why nothing was saved."""
        if not self.has_view_permission(request, bulletin):
            raise PermissionDenied
        if request.method != "POST":
            return self._read_page(request, bulletin)
        if not super().has_change_permission(request, bulletin):
            raise PermissionDenied
        messages.error(
            request,
            _("This bulletin is no longer a draft, so what you wrote was not saved."),
        )
        return self.to("change", bulletin)

    def _read_page(self, request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
        mail = self.mail_as_saved(request, bulletin)
        context = {
            "title": str(bulletin),
            "mail": mail,
            "lists": bulletin.lists.all(),
            "is_draft": bulletin.status == Bulletin.Status.DRAFT,
            "trail": trail_of(bulletin),
        }
        return self.page(request, bulletin, "read", **context)

    def _compose_context(
        self, request: HttpRequest, bulletin: Bulletin | None
    ) -> dict[str, Any]:
        return {
            "title": str(bulletin) if bulletin else _("New bulletin"),
            "subtitle": None,
            "bulletin": bulletin or Bulletin(),
            "trail": trail_of(bulletin) if bulletin else None,
            "may_send": self.may_send(request),
            "may_see_readers": request.user.has_perm(MAY_SEE_READERS),
            "merge_fields": [(f"{{{{ {name} }}}}", name) for name in FIELDS],
            "settings": self._page_settings(request, bulletin),
        }

    def _page_settings(
        self, request: HttpRequest, bulletin: Bulletin | None
    ) -> dict[str, Any]:
        """What the scripts of the page go by."""
        return {
            "place": f"bode:{request.user.pk}:{bulletin.pk if bulletin else 'new'}",
            "saved": request.session.pop(JUST_SAVED, ""),
            "version": bulletin.version if bulletin else 0,
            "longestBody": LONGEST_BODY,
            "fields": {name: str(label) for name, label in FIELDS.items()},
            "words": words(),
            "pages": {name: _page_of(bulletin, name) for name in ASKED},
        }

    # --- Saving ----------------------------------------------------------------------

    def save_model(
        self, request: HttpRequest, obj: Bulletin, form: Any, change: bool
    ) -> None:
        if change:
            based_on = form.cleaned_data["based_on"] or 0
            writing.save_draft(obj, based_on=based_on, by=self.name_of(request))
        else:
            writing.save_new(obj, by=self.name_of(request))

    def response_add(
        self, request: HttpRequest, obj: Bulletin, post_url_continue: Any = None
    ) -> HttpResponse:
        return self._after_saving(request, obj)

    def response_change(self, request: HttpRequest, obj: Bulletin) -> HttpResponse:
        return self._after_saving(request, obj)

    def _after_saving(self, request: HttpRequest, bulletin: Bulletin) -> HttpResponse:
        """On to the question when, or back to the text."""
        # Tells the browser's own copy of the text that it is no longer needed.
        request.session[JUST_SAVED] = request.POST.get("attempt", "")[:64]
        if "_plan" in request.POST and self.may_send(request):
            return self.to("schedule", bulletin)
        messages.success(request, _("“%(name)s” is saved.") % {"name": bulletin})
        return self.to("change", bulletin)


def _page_of(bulletin: Bulletin | None, name: str) -> str:
    if bulletin is None:
        return reverse(f"admin:mailings_bulletin_new_{name}")
    return reverse(f"admin:mailings_bulletin_{name}", args=[bulletin.pk])

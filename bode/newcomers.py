"""Letting somebody in: a new user, by an invitation or with a password at once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bode.invitations import LIFETIME, invite, last_invitation, why_not
from bode.ui import moment
from senders.models import Letter

# As Django's form asks it: is there a password that somebody can log in with?
BY_LETTER, AT_ONCE = "false", "true"


class NewPersonForm(AdminUserCreationForm):
    """Who it is, and how they get in."""

    usable_password = forms.ChoiceField(
        label=gettext_lazy("first password"),
        choices=[
            (BY_LETTER, gettext_lazy("This person chooses it, by a link in a letter")),
            (AT_ONCE, gettext_lazy("I set it now")),
        ],
        initial=BY_LETTER,
        widget=forms.RadioSelect,
    )

    class Meta(AdminUserCreationForm.Meta):
        fields = ("email", "username")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.required = False
        name.label = _("Name to log in with")
        name.help_text = _("Empty: the e-mail address.")
        name.widget.attrs.pop("autofocus", None)
        email = self.fields["email"]
        email.required = self.data.get("usable_password", BY_LETTER) == BY_LETTER
        email.error_messages["required"] = _(
            "An invitation goes by mail: fill in the address."
        )
        self.fields["usable_password"].help_text = ngettext(
            "The link works once, and for %d day.",
            "The link works once, and for %d days.",
            LIFETIME.days,
        ) % (LIFETIME.days)

    def clean_username(self) -> str:
        """The address, where nothing is filled in."""
        if not self.cleaned_data.get("username"):
            self.cleaned_data["username"] = self.cleaned_data.get("email", "")
        return super().clean_username() or ""

    def clean(self) -> dict[str, Any]:
        answer = super().clean() or self.cleaned_data
        if not answer.get("username") and not {"email", "username"} & set(self.errors):
            self.add_error("username", _("Fill in a name to log in with."))
        return answer

    @property
    def is_invitation(self) -> bool:
        return not self.cleaned_data["set_usable_password"]


class Inviting(admin.ModelAdmin):
    """The part of the page of a user that is about how they get in."""

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.invite_page)
        return [
            path("<int:pk>/invite/", page, name="auth_user_invite"),
            *super().get_urls(),
        ]

    def save_model(
        self, request: HttpRequest, obj: User, form: Any, change: bool
    ) -> None:
        if not change:  # who is made here is made to log in here
            obj.is_staff = True
        super().save_model(request, obj, form, change)
        if not change and form.is_invitation:
            _invite(request, obj)

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Back to the list: everything was asked on the one page."""
        if obj.has_usable_password():
            return admin.ModelAdmin.response_add(self, request, obj, post_url_continue)
        if "_addanother" in request.POST:
            return redirect(request.path)
        return self.response_post_save_add(request, obj)

    def invite_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET asks, POST posts the letter again."""
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        refusal = why_not(user)
        if request.method == "POST" and not refusal:
            _invite(request, user)
            return redirect("admin:auth_user_change", user.pk)
        context = self.admin_site.each_context(request) | {
            "title": _("Invite %(name)s") % {"name": user.get_full_name() or user},
            "original": user,
            "opts": self.opts,
            "refusal": refusal,
            "last": last_invitation(user),
            "days": LIFETIME.days,
        }
        return TemplateResponse(request, "admin/auth/user/invite.html", context)

    @admin.display(description=gettext_lazy("password"))
    def secret(self, user: User) -> str:
        password = reverse("admin:auth_user_password_change", args=[user.pk])
        change = format_html(
            '<a class="button small" href="{}">{}</a>',
            password,
            _("Set a new password…"),
        )
        if user.has_usable_password():
            return change
        again = format_html(
            '<a class="button small" href="{}">{}</a>',
            reverse("admin:auth_user_invite", args=[user.pk]),
            _("Invite again…") if last_invitation(user) else _("Invite…"),
        )
        return format_html(
            '<p>{}</p><p class="buttons">{} {}</p>', _how_far(user), again, change
        )


def _invite(request: HttpRequest, user: User) -> None:
    """Invite, in the words and by the name of who asks."""
    assert isinstance(request.user, User)  # the site lets nobody else in
    invite(user, by=request.user)
    told = _("%(name)s is invited: a letter with a link is on its way to %(email)s.")
    name = user.get_full_name() or user.get_username()
    messages.success(request, told % {"name": name, "email": user.email})


def _how_far(user: User) -> str | SafeString:
    """What became of the invitation, in a sentence."""
    letter = last_invitation(user)
    if letter is None:
        return _("No password yet, so this person cannot log in.")
    if letter.status == Letter.Status.FAILED:
        return _("The invitation was not delivered: %(reason)s") % {
            "reason": letter.reason
        }
    told = _("Invited on %(moment)s; no password chosen yet.")
    return told % {"moment": moment(letter.created_at)}

"""An invitation: a letter with a link, behind which somebody chooses a password."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.template.loader import render_to_string
from django.urls import path, reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from bode.passwords import TokenPage
from senders.letters import post
from senders.models import Letter, Organisation
from senders.text import one_line

LIFETIME = timedelta(days=7)


class InvitationTokens(PasswordResetTokenGenerator):
    """Links that open once, for as long as an invitation lasts.

    Signed apart from those of forgotten passwords, which last an hour.
    """

    def make_token(self, user: Any) -> str:
        return _signer(user).sign("invited").removeprefix("invited.")

    def check_token(self, user: Any, token: str | None) -> bool:
        try:
            _signer(user).unsign(f"invited.{token}", max_age=LIFETIME)
        except signing.BadSignature:
            return False
        return True


def _signer(user: User) -> signing.TimestampSigner:
    """Of this person, as long as they have no password and the same address."""
    salt = f"bode.invitations|{user.pk}|{user.password}|{user.email}"
    return signing.TimestampSigner(salt=salt, sep=".")


tokens = InvitationTokens()


class CannotInvite(Exception):
    """This person cannot be invited; the text says why, and what to do."""


def why_not(user: User) -> str:
    """Why this person cannot be invited, in a sentence; empty where they can."""
    if user.has_usable_password():
        return _("This person has a password already, and needs no invitation.")
    if not user.email:
        return _("An invitation goes by mail, and there is no address of this person.")
    if not (user.is_active and user.is_staff):
        return _("This person may not log in here: change that first.")
    return ""


def invite(user: User, *, by: User) -> Letter:
    """Post the letter with the link, in the caller's transaction and language.

    Raises CannotInvite.
    """
    if reason := why_not(user):
        raise CannotInvite(reason)
    page = reverse(
        "invitation",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": tokens.make_token(user),
        },
    )
    context = {
        "user": user,
        "by": one_line(by.get_full_name() or by.get_username()),
        "organisation": Organisation.objects.current().name,
        # Never from the request: whoever asks must not choose where it leads.
        "link": f"{settings.SITE_URL}{page}",
        "days": LIFETIME.days,
    }
    return post(
        kind=Letter.INVITATION,
        recipient=user.email,
        subject=_("Choose a password for Bode"),
        text=render_to_string("admin/invitation/letter.txt", context),
        lifetime=LIFETIME,
    )


def last_invitation(user: User) -> Letter | None:
    """The newest one to this person's address, if it is remembered."""
    sent = Letter.objects.filter(kind=Letter.INVITATION, recipient=user.email)
    return sent.order_by("pk").last() if user.email else None


class AcceptView(TokenPage):
    template_name = "admin/invitation/choose.html"
    token_generator = tokens
    success_url = reverse_lazy("admin:index")
    post_reset_login = True
    post_reset_login_backend = "django.contrib.auth.backends.ModelBackend"

    def get_user(self, uidb64: str) -> Any:
        user = super().get_user(uidb64)
        return user if user and user.is_active else None

    def form_valid(self, form: Any) -> Any:
        response = super().form_valid(form)
        messages.success(self.request, _("Your password is saved, and you are in."))
        return response


urlpatterns = [path("<uidb64>/<token>/", AcceptView.as_view(), name="invitation")]

"""Forgotten passwords: a letter with a link, and the pages around it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from axes.utils import reset
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import path, reverse_lazy
from django.utils.translation import gettext_lazy as _

from senders.letters import count_lately, post, pretend
from senders.models import Letter

LIFETIME = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
# Within a lifetime, to one address: nobody's mailbox is filled by who asks on.
MOST = 5


class ForgottenForm(PasswordResetForm):
    """Writes a letter down. It does as much where nobody has the address, so that
    neither the page nor its time tells who is known here."""

    def get_users(self, email: str) -> Iterable[User]:
        return [*super().get_users(email)] or [User(email=email)]

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        asked = count_lately(kind=Letter.PASSWORD, recipient=to_email, within=LIFETIME)
        known = context["user"].pk is not None
        write = post if known and asked < MOST else pretend
        write(
            kind=Letter.PASSWORD,
            recipient=to_email,
            subject=render_to_string(subject_template_name, context),
            text=render_to_string(email_template_name, context),
            lifetime=LIFETIME,
        )


class TokenPage(views.PasswordResetConfirmView):
    """The page behind a link that opens once.

    Django moves the token from the address into the session, and lets nobody keep the
    page. Its form keeps the referrer of the site: without one a browser would post it
    from nowhere, and be refused.
    """

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(*args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex"
        if kwargs["token"] != self.reset_url_token:
            response.headers["Referrer-Policy"] = "no-referrer"
        return response


class ChooseView(TokenPage):
    template_name = "admin/password/choose.html"
    success_url = reverse_lazy("password_reset_complete")

    def form_valid(self, form: Any) -> Any:
        # Whoever kept this person out by guessing wrong does so no longer.
        reset(username=form.user.get_username())
        return super().form_valid(form)


# Named as Django's own pages look for them: the log-in page links to the first.
urlpatterns = [
    path(
        "",
        views.PasswordResetView.as_view(
            form_class=ForgottenForm,
            template_name="admin/password/ask.html",
            email_template_name="admin/password/letter.txt",
            subject_template_name="admin/password/letter_subject.txt",
            success_url=reverse_lazy("password_reset_done"),
            extra_context={"title": _("Forgot your password?")},
            # Never from the request: whoever asks must not choose where it leads.
            extra_email_context={"site_url": settings.SITE_URL},
        ),
        name="admin_password_reset",
    ),
    path(
        "sent/",
        views.PasswordResetDoneView.as_view(
            template_name="admin/password/sent.html",
            extra_context={"title": _("Look in your mailbox")},
        ),
        name="password_reset_done",
    ),
    path("<uidb64>/<token>/", ChooseView.as_view(), name="password_reset_confirm"),
    path(
        "done/",
        views.PasswordResetCompleteView.as_view(
            template_name="admin/password/done.html",
            extra_context={"title": _("Your password is changed")},
        ),
        name="password_reset_complete",
    ),
]

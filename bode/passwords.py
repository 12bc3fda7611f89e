"""Forgotten passwords: a letter with a link, and the pages around it."""

from django.conf import settings
from django.contrib.auth import views
from django.urls import path, reverse_lazy
from django.utils.translation import gettext_lazy as _

# Named as Django's own pages look for them: the log-in page links to the first.
urlpatterns = [
    path(
        "",
        views.PasswordResetView.as_view(
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
    path(
        "<uidb64>/<token>/",
        views.PasswordResetConfirmView.as_view(
            template_name="admin/password/choose.html",
            success_url=reverse_lazy("password_reset_complete"),
        ),
        name="password_reset_confirm",
    ),
    path(
        "done/",
        views.PasswordResetCompleteView.as_view(
            template_name="admin/password/done.html",
            extra_context={"title": _("Your password is changed")},
        ),
        name="password_reset_complete",
    ),
]

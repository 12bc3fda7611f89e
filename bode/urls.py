"""Where everything is."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from bode.watching import PAGES

handler500 = "bode.unavailable.server_error"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/password/", include("bode.passwords")),
    path("admin/invitation/", include("bode.invitations")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("senders.urls")),
    path("", include("subscribers.urls")),
    # Answered before they come here, whatever host is asked for.
    *(path(where, page, name=page.__name__) for where, page in PAGES.items()),
]

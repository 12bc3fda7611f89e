"""The admin site: Bode's own frame around Django's."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class BodeAdminConfig(AdminConfig):
    default_site = "bode.admin.BodeAdminSite"


class BodeAdminSite(admin.AdminSite):
    site_title = "Bode"
    site_header = "Bode"
    index_title = _("Overview")

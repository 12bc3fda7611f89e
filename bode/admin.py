"""Puts Bode's own admin site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class BodeAdminConfig(AdminConfig):
    # In a file of its own, since this one is read before there are any models.
    default_site = "bode.site.BodeAdminSite"

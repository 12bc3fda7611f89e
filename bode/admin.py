"""Puts Bode's own admin site in the place of Django's."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class BodeAdminConfig(AdminConfig):
    # In a file of its own, since this one is read before there are any models.
    default_site = "bode.site.BodeAdminSite"

    def ready(self) -> None:
        super().ready()
        # By name, after everybody else: it takes the place of Django's own pages.
        import_module("bode.people")

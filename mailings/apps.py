from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from mailings.triggers import look_after
from subscribers.signals import person_erased


class MailingsConfig(AppConfig):
    name = "mailings"
    verbose_name = _("Mailings")

    def ready(self) -> None:
        post_migrate.connect(look_after, sender=self)
        # By name: what it changes are models, which are only now there.
        person_erased.connect(import_string("mailings.erasing.forget_person"))

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.models.mailing_list import MailingList


class ConsentEventQuerySet(models.QuerySet["ConsentEvent"]):
    def update(self, **_changes: Any) -> NoReturn:
        raise TypeError("A consent event is proof: it is never changed.")


class ConsentEvent(models.Model):
    """Append-only proof of who agreed to what or left, when, how and on what ground."""

    class Kind(models.TextChoices):
        IMPORTED = "imported", _("imported")
        SUBSCRIBED = "subscribed", _("subscribed")
        CONFIRMED = "confirmed", _("confirmed")
        LEFT = "left", _("left")
        CAME_BACK = "came_back", _("came back")

    class Method(models.TextChoices):
        ONE_CLICK = "one_click", _("one click in the mail program")
        PAGE = "page", _("page")
        IMPORT = "import", _("import")
        ADMIN = "admin", _("by an editor")

    at = models.DateTimeField(_("time"), default=timezone.now)
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    method = models.CharField(_("how"), max_length=12, choices=Method)
    # The person by key, so that the proof survives erasure.
    address_key = models.CharField(max_length=32, db_index=True)
    subscriber = models.ForeignKey(
        "subscribers.Subscriber",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="consent_events",
        verbose_name=_("subscriber"),
    )
    mailing_list = models.ForeignKey(
        MailingList,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("list"),
    )
    list_name = models.CharField(_("list name"), max_length=120)
    wording = models.TextField(_("wording"), blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=30, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = ConsentEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.list_name}"

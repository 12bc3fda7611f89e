from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from senders.addresses import validate_address
from senders.text import default_language, validate_one_line
from subscribers.models.subscription import Subscription
from subscribers.models.suppression import Suppression


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def suppressed(self) -> Self:
        return self.filter(_suppression())

    def mailable(self, list_ids: Iterable[int]) -> Self:
        """Who may be written to: confirmed on one of the lists, and not suppressed.

        The one predicate for sending: asked at the start, and again for every group.
        """
        confirmed = Subscription.objects.confirmed().filter(
            subscriber=OuterRef("pk"), mailing_list__in=list(list_ids)
        )
        return self.filter(Exists(confirmed), ~_suppression())


def _suppression() -> Exists:
    return Exists(Suppression.objects.filter(address_key=OuterRef("address_key")))


class Subscriber(models.Model):
    """A person known by an address. Made and changed by `subscribing` alone."""

    email = models.CharField(
        _("e-mail address"), max_length=320, validators=[validate_address]
    )
    # subscribers.keys.address_key(email): one person per address, whatever its case.
    address_key = models.CharField(max_length=32, unique=True, editable=False)
    salutation = models.CharField(
        _("salutation"),
        max_length=120,
        blank=True,
        validators=[validate_one_line],
        help_text=_("Follows “Beste”, like “mevrouw Wiersma”. Empty: the name."),
    )
    first_name = models.CharField(
        _("first name"), max_length=120, blank=True, validators=[validate_one_line]
    )
    infix = models.CharField(
        _("infix"),
        max_length=40,
        blank=True,
        validators=[validate_one_line],
        help_text=_("Like “van der”."),
    )
    last_name = models.CharField(
        _("last name"), max_length=120, blank=True, validators=[validate_one_line]
    )
    name = models.CharField(
        _("full name"),
        max_length=300,
        blank=True,
        validators=[validate_one_line],
        help_text=_("Empty: first name, infix and last name."),
    )
    organisation = models.CharField(
        _("organisation"), max_length=200, blank=True, validators=[validate_one_line]
    )
    function = models.CharField(
        _("function"), max_length=200, blank=True, validators=[validate_one_line]
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.LANGUAGES,
        default=default_language,
    )
    created_at = models.DateTimeField(
        _("known since"), default=timezone.now, editable=False
    )

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.email

    @property
    def display_name(self) -> str:
        """The full name as imported, else made of its parts; may be empty."""
        parts = (self.first_name, self.infix, self.last_name)
        return self.name or " ".join(part for part in parts if part)

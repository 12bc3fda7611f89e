from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.models.mailing_list import MailingList


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def confirmed(self) -> Self:
        return self.filter(status=Subscription.Status.CONFIRMED)


class Subscription(models.Model):
    """A subscriber on a list. Changed by `subscribing` alone."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        CONFIRMED = "confirmed", _("Confirmed")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")

    # Every legal move, written as "target: where it may come from".
    MOVES = {
        Status.CONFIRMED: {Status.PENDING, Status.UNSUBSCRIBED},
        Status.UNSUBSCRIBED: {Status.PENDING, Status.CONFIRMED},
    }

    subscriber = models.ForeignKey(
        "subscribers.Subscriber",
        on_delete=models.CASCADE,
        related_name="subscriptions",
        verbose_name=_("subscriber"),
    )
    mailing_list = models.ForeignKey(
        MailingList,
        on_delete=models.CASCADE,
        related_name="subscriptions",
        verbose_name=_("list"),
    )
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.PENDING
    )
    changed_at = models.DateTimeField(_("since"), default=timezone.now)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "mailing_list"], name="one_subscription_per_list"
            )
        ]
        indexes = [
            # Asked by every start and every group: who is confirmed on this list?
            models.Index(
                fields=["mailing_list", "subscriber"],
                name="subscription_confirmed",
                condition=models.Q(status="confirmed"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} · {self.mailing_list_id} · {self.status}"

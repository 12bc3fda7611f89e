"""What the tests of a bulletin's pages share."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from mailings.models import Bulletin, Delivery
from tests.make import make_bulletin, make_list, make_subscriber


def make_draft(*, people: int = 3, **changes):
    mailing_list = make_list()
    for number in range(people):
        make_subscriber(f"p{number}@lezer.example", lists=[mailing_list])
    return make_bulletin(lists=[mailing_list], **changes)


def url(name: str, bulletin, *more) -> str:
    return reverse(f"admin:mailings_bulletin_{name}", args=[bulletin.pk, *more])


def status(bulletin) -> str:
    return Bulletin.objects.get(pk=bulletin.pk).status


def settle_url(bulletin, delivery) -> str:
    return url("settle", bulletin, delivery.pk)


def make_delivery_in_doubt(bulletin) -> Delivery:
    delivery = bulletin.deliveries.first()
    bulletin.deliveries.filter(pk=delivery.pk).update(
        status="in_doubt", reason="the sender stopped before the answer came"
    )
    return delivery


def tomorrow() -> dict[str, str]:
    day = timezone.localdate() + timedelta(days=1)
    return {"when": "later", "date": day.isoformat(), "time": "09:00"}

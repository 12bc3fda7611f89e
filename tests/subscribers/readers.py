"""Readers in tests: who is on a list, and the link in their mail."""

from django.conf import settings

from subscribers import tokens
from subscribers.models import ConsentEvent, Subscription
from tests.make import make_list, make_subscriber

EMAIL = "n.wiersma@eikerveld.example"
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


def make_reader(*, names=("Nieuwsbrief",), language="nl", email=EMAIL):
    """A confirmed subscriber and the path of the link in their mail."""
    lists = [make_list(name=name, slug=name.lower()) for name in names]
    subscriber = make_subscriber(email, lists=lists, language=language)
    return subscriber, path_for(subscriber, lists)


def path_for(subscriber, lists):
    token = tokens.make_leave_token(
        subscriber_id=subscriber.pk,
        address_key=subscriber.address_key,
        bulletin_id=9,
        list_ids=tuple(one.pk for one in lists),
    )
    return tokens.leave_url(token).removeprefix(settings.SITE_URL)


def statuses():
    return list(Subscription.objects.order_by("pk").values_list("status", flat=True))


def nothing_changed():
    return statuses() == ["confirmed"] and not ConsentEvent.objects.exists()


def text(response):
    return " ".join(response.content.decode().split())


def undo_path(response):
    return response.content.decode().split('action="')[1].split('"')[0]

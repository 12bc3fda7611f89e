"""Builders for tests: each makes one thing that is whole, with what it needs."""

from typing import Any

from mailings.models import Bulletin, Layout
from senders.models import Organisation, Sender
from subscribers.keys import address_key
from subscribers.models import MailingList, Subscriber, Subscription

BODY = """
<p>Beste {{ salutation }},</p>
<p>Er ligt een nieuwe handreiking voor u klaar.
<a href="https://www.lageland.example/handreiking">Lees de handreiking</a>.</p>
"""


def make_organisation(**changes: Any) -> Organisation:
    fields = {
        "name": "Gemeenteverbond Lageland",
        "colour": "#0E5A4F",
        "contact": "info@lageland.example",
        "postal_address": "Polderweg 1, 0000 XX Lageland",
    }
    return Organisation.objects.create(pk=1, **fields | changes)


def make_sender(**changes: Any) -> Sender:
    fields = {
        "from_name": "Gemeenteverbond Lageland",
        "from_address": "nieuws@lageland.example",
        "signature": "Met vriendelijke groet,\nNadia el Amrani",
    }
    return Sender.objects.create(**fields | changes)


def make_list(**changes: Any) -> MailingList:
    fields = {"name": "Nieuwsbrief", "slug": "nieuwsbrief"}
    return MailingList.objects.create(**fields | changes)


def make_subscriber(
    email: str = "n.wiersma@eikerveld.example",
    *,
    lists: list[MailingList] | None = None,
    **changes: Any,
) -> Subscriber:
    """A subscriber who is confirmed on each of `lists`."""
    subscriber = Subscriber.objects.create(
        email=email, address_key=address_key(email), **changes
    )
    for mailing_list in lists or []:
        Subscription.objects.create(
            subscriber=subscriber,
            mailing_list=mailing_list,
            status=Subscription.Status.CONFIRMED,
        )
    return subscriber


def make_bulletin(
    *, lists: list[MailingList] | None = None, **changes: Any
) -> Bulletin:
    """A draft that is ready to go out, to `lists` or else to one new list."""
    fields: dict[str, Any] = {
        "subject": "Handreiking hoogwater",
        "headline": "Handreiking hoogwater: zo bereidt u zich voor",
        "body": BODY,
        "layout": Layout.objects.default(),
    }
    fields |= changes
    if "sender" not in fields:
        fields["sender"] = make_sender()
    bulletin = Bulletin.objects.create(**fields)
    bulletin.lists.set([make_list()] if lists is None else lists)
    return bulletin

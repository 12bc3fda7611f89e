"""Forgetting a person for good (GDPR article 17)."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q

from senders.addresses import GONE
from subscribers import subscribing
from subscribers.models import Subscriber
from subscribers.signals import person_erased


@transaction.atomic
def erase(subscriber: Subscriber) -> bool:
    """Erase the person everywhere, in one transaction; False if nobody was there.

    They leave every list first. Proof of consent and of leaving stays, and so does a
    suppression: they know the address by its key alone, and by them no file of before
    brings the person back.
    """
    # Locked first: whoever refers to the person at this moment, as the start of a
    # bulletin does, comes wholly before or finds nobody.
    person = Subscriber.objects.select_for_update().filter(pk=subscriber.pk).first()
    if person is None:
        return False
    for one in person.subscriptions.select_related("mailing_list"):
        subscribing.unsubscribe(person, one.mailing_list, source="erased")
    person_erased.send(sender=Subscriber, subscriber=person)
    _empty_admin_log(person)
    person.delete()
    return True


def _empty_admin_log(person: Subscriber) -> None:
    """The admin notes of each change whom it was about, by address."""
    kind = ContentType.objects.get_for_model(Subscriber)
    # Also by another number, from before they were deleted and joined anew.
    named = Q(object_id=str(person.pk)) | Q(object_repr__iexact=str(person)[:200])
    LogEntry.objects.filter(named, content_type=kind).update(object_repr=GONE)

"""The way to a first bulletin, for an installation that has not sent any yet."""

from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from mailings.models import Bulletin
from senders.models import Organisation, Sender
from subscribers.models import MailingList, Subscription

BEFORE = (Bulletin.Status.DRAFT, Bulletin.Status.CANCELLED)


@dataclass
class Step:
    title: str
    detail: str
    done: bool
    url: str
    act: str  # on its button, or its link once it is done
    is_next: bool = False


def nothing_sent_yet() -> bool:
    return not Bulletin.objects.exclude(status__in=BEFORE).exists()


def first_steps() -> list[Step]:
    """Five steps, in order; the first that is not done is the next."""
    steps = [_organisation(), _sender(), _subscribers(), _bulletin(), _test()]
    for step in steps:
        if not step.done:
            step.is_next = True
            break
    return steps


def _organisation() -> Step:
    organisation = Organisation.objects.current()
    done = bool(organisation.pk and organisation.postal_address)
    return Step(
        _("Organisation filled in") if done else _("Say who you are"),
        organisation.name if done else _("Name, logo, colour and postal address."),
        done,
        reverse("admin:senders_organisation_changelist"),
        _("Change") if done else _("Fill in"),
    )


def _sender() -> Step:
    sender = Sender.objects.first()
    return Step(
        _("Sender set up") if sender else _("Set up a sender"),
        str(sender) if sender else _("The name and address that readers see."),
        bool(sender),
        _page("senders_sender", sender),
        _("Change") if sender else _("Add a sender"),
    )


def _subscribers() -> Step:
    done = Subscription.objects.confirmed().exists()
    if done:
        title, detail, act = _("Subscribers added"), "", _("See all")
        url = reverse("admin:subscribers_subscriber_changelist")
    elif not MailingList.objects.exists():
        title, act = _("Make a list, and add subscribers to it"), _("Make a list")
        detail = _("A list is what people subscribe to, like “Newsletter”.")
        url = reverse("admin:subscribers_mailinglist_add")
    else:
        title, act = _("Add your first subscribers"), _("Add a subscriber")
        detail = _("One by one here, or many at once with import_subscribers.")
        url = reverse("admin:subscribers_subscriber_add")
    return Step(title, detail, done, url, act)


def _bulletin() -> Step:
    bulletin = Bulletin.objects.first()
    return Step(
        _("First bulletin written") if bulletin else _("Write your first bulletin"),
        str(bulletin)
        if bulletin
        else _("You begin with a letter in your own house style."),
        bool(bulletin),
        _page("mailings_bulletin", bulletin),
        _("Go on writing") if bulletin else _("Write a bulletin"),
    )


def _test() -> Step:
    bulletin = Bulletin.objects.first()
    return Step(
        _("Send a test to yourself, then to everyone"),
        _("So you see exactly what your readers will see."),
        False,
        _page("mailings_bulletin", bulletin) if bulletin else "",
        _("To the bulletin") if bulletin else "",
    )


def _page(name: str, thing: Model | None) -> str:
    if thing is None:
        return reverse(f"admin:{name}_add")
    return reverse(f"admin:{name}_change", args=[thing.pk])

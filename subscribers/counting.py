"""How many people are on a list, without ever counting a million rows for a page."""

from dataclasses import dataclass

from subscribers.models import MailingList, Subscription

MOST = 100_000  # beyond it, "more than" says enough


@dataclass(frozen=True)
class People:
    """So many, or more than that."""

    count: int
    and_more: bool = False


def confirmed_on(mailing_list: MailingList) -> People:
    """How many are confirmed on this list."""
    confirmed = Subscription.objects.confirmed().filter(mailing_list=mailing_list)
    found = confirmed.order_by()[: MOST + 1].count()
    return People(min(found, MOST), and_more=found > MOST)

"""Who gets a bulletin: everyone mailable on its lists, each person once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from mailings.models import Bulletin, Delivery
from mailings.reasons import Reason, reason_text
from subscribers.models import MailingList, Subscriber, Subscription


@dataclass(frozen=True)
class Summary:
    """What will happen, for the page before the send."""

    people: int
    lists: list[tuple[MailingList, int]]  # each with its confirmed subscribers
    skipped: list[tuple[str, int]]  # why, in words, and how many; never zero
    corrects: Bulletin | None = None  # then: only who got that one


def recipients(
    list_ids: Iterable[int], *, corrects_id: int | None = None
) -> QuerySet[Subscriber]:
    """Everyone who would get a bulletin to these lists now, each person once.

    Of a correction: who got the bulletin `corrects_id`, and may still be written to.
    """
    people = Subscriber.objects.mailable(list_ids)
    return people if corrects_id is None else people.filter(_got(corrects_id))


def summary(
    lists: Sequence[MailingList], *, corrects: Bulletin | None = None
) -> Summary:
    """How many people a bulletin to these lists reaches, and who is skipped and why.

    Of a correction, people and skipped together are all who got the earlier one.
    """
    list_ids = [mailing_list.pk for mailing_list in lists]
    confirmed = dict(
        Subscription.objects.confirmed()
        .filter(mailing_list__in=list_ids)
        .values_list("mailing_list")
        .annotate(Count("pk"))
    )
    skipped = _not_corrected(corrects, list_ids) if corrects else _skipped(list_ids)
    corrects_id = corrects.pk if corrects else None
    return Summary(
        people=recipients(list_ids, corrects_id=corrects_id).count(),
        lists=[(one, confirmed.get(one.pk, 0)) for one in lists],
        skipped=[(reason_text(reason), count) for reason, count in skipped if count],
        corrects=corrects,
    )


def why_not(subscriber: Subscriber | None, list_ids: Sequence[int]) -> Reason:
    """Why someone who is not mailable on these lists is skipped."""
    if subscriber is None:
        return Reason.FORGOTTEN
    known = Subscriber.objects.filter(pk=subscriber.pk)
    if known.suppressed().exists():
        return Reason.SUPPRESSED
    left = Subscription.Status.UNSUBSCRIBED
    if known.filter(_has(left, list_ids)).exists():
        return Reason.LEFT
    return Reason.NOT_CONFIRMED


def _skipped(list_ids: Sequence[int]) -> list[tuple[Reason, int]]:
    """Each person who is on a list and gets nothing, counted under one reason."""
    status = Subscription.Status
    confirmed = _has(status.CONFIRMED, list_ids)
    left = _has(status.UNSUBSCRIBED, list_ids)
    pending = _has(status.PENDING, list_ids)
    people = Subscriber.objects.all()
    off = people.filter(~confirmed)
    return [
        (Reason.LEFT, off.filter(left).count()),
        (Reason.NOT_CONFIRMED, off.filter(pending, ~left).count()),
        (Reason.SUPPRESSED, people.suppressed().filter(confirmed).count()),
    ]


def _not_corrected(
    earlier: Bulletin, list_ids: Sequence[int]
) -> list[tuple[Reason, int]]:
    """Each person who got the earlier one and does not get its correction."""
    confirmed = _has(Subscription.Status.CONFIRMED, list_ids)
    left = _has(Subscription.Status.UNSUBSCRIBED, list_ids)
    got = Subscriber.objects.filter(_got(earlier.pk))
    suppressed = Subscriber.objects.suppressed().filter(_got(earlier.pk))
    off = got.filter(~confirmed).exclude(pk__in=suppressed.values("pk"))
    sent = earlier.deliveries.filter(status=Delivery.Status.SENT)
    return [
        (Reason.LEFT, off.filter(left).count()),
        (Reason.NOT_CONFIRMED, off.filter(~left).count()),
        (Reason.SUPPRESSED, suppressed.count()),
        (Reason.FORGOTTEN, sent.filter(subscriber=None).count()),
    ]


def _got(bulletin_id: int) -> Exists:
    return Exists(
        Delivery.objects.filter(
            bulletin=bulletin_id,
            subscriber=OuterRef("pk"),
            status=Delivery.Status.SENT,
        )
    )


def _has(status: Subscription.Status, list_ids: Sequence[int]) -> Exists:
    return Exists(
        Subscription.objects.filter(
            subscriber=OuterRef("pk"), mailing_list__in=list_ids, status=status
        )
    )

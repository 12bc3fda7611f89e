"""Bulletins with a ledger, in any state, for tests that look at them."""

from django.utils import timezone

from mailings.models import Bulletin, Delivery
from tests.make import make_bulletin, make_sender


def make_delivery(bulletin: Bulletin, **changes) -> Delivery:
    from_edition = bulletin.editions.first() or bulletin.editions.create(
        language="nl",
        subject=bulletin.subject,
        from_name="x",
        from_address="nieuws@lageland.example",
        headers=[],
        list_ids=[],
        html="",
        text="",
        fingerprint="0" * 64,
    )
    place = Delivery.objects.count()
    fields = {
        "email": f"reader-{place}@example.org",
        "address_key": f"{place:032}",
        "status": "sent",
    }
    return Delivery.objects.create(
        bulletin=bulletin, edition=from_edition, **fields | changes
    )


def make_gone(status: str = "sent", **changes) -> Bulletin:
    now = timezone.now()
    sender = make_sender(from_address=f"s{Bulletin.objects.count()}@example.org")
    fields = {"status": status, "started_at": now, "sender": sender, "lists": []}
    if status == "sent":
        fields["finished_at"] = now
    return make_bulletin(**fields | changes)

"""Whoever is on the list, however they are written down: one copy each, or a reason."""

import json
from email import message_from_bytes, policy

from tests.a_bulletin import add_people, ledger
from tests.faults.judge import judge
from tests.faults.stalling import AUDIENCE, PEOPLE, until_all_is_settled
from tests.smtp_server import Script, scripted

UNREADABLE = (
    "the mail cannot be made: BrokenValue: what is kept of this reader is no text"
)
LONG = "x" * 10_000
# What no import lets in, and a damaged database could hold all the same.
BROKEN = [
    None,
    [],
    ["salutation"],
    7,
    "salutation",
    {"salutation": None},
    {"salutation": ["a", "list"], "name": {"a": "dictionary"}},
    {"name": 12, "organisation": True},
    {"salutation": LONG, "name": LONG},
    {"salutation": "{{ name }}", "name": "{{ unsubscribe_url }} {% now %}"},
    {"salutation": "a\r\nBcc: all@lezer.example\r\n\r\nb", "name": "x\r\n.\r\nRSET"},
    {"salutation": "\ud800", "name": "\0", "organisation": "\u202e"},
    {"name": "<script>alert(1)</script>", "organisation": "\"'&<>"},
]
START_AND_BREAK = """
import json
from contextlib import suppress
from pathlib import Path
from django.db import DataError, transaction
from django.db.models import JSONField, Value
from mailings.models import Delivery
from mailings.starting import start_due
assert start_due()
rows = Delivery.objects.order_by("pk")
for row, broken in zip(rows, json.loads(Path("broken.json").read_text())):
    # PostgreSQL itself refuses half a surrogate pair and a NUL.
    with suppress(DataError), transaction.atomic():
        mine = Delivery.objects.filter(pk=row.pk)
        mine.update(values=Value(broken, JSONField()))
"""


def test_f40_a_broken_merge_value_is_its_own_mails_trouble_alone(make_product):
    script = Script()
    with scripted(script) as port:
        made = make_product(port)
        (made.folder / "broken.json").write_text(json.dumps(BROKEN))
        made.ok("shell", "-c", START_AND_BREAK)
        until_all_is_settled(made)
        told = ledger(made, "1")
    judge(audience=AUDIENCE, ledger=told, taken=script.taken)
    assert set(AUDIENCE[len(BROKEN) :]) <= set(script.taken)
    for row in told["deliveries"]:
        if row["status"] == "failed":
            assert row["reason"] == UNREADABLE
    mails = dict(script.bodies)
    parts = {one: _parts_of_a_whole_mail(body, one) for one, body in mails.items()}
    assert "Beste {{ name }}," in parts[AUDIENCE[9]][0]
    assert "<script>alert" not in parts[AUDIENCE[12]][1]


def _parts_of_a_whole_mail(body: bytes, recipient: str) -> list[str]:
    """One To, no header of anybody else's, no line that is too long (RFC 5322)."""
    mail = message_from_bytes(body, policy=policy.default)
    assert [one.addr_spec for one in mail["To"].addresses] == [recipient]
    assert "Bcc" not in mail
    assert not mail.defects
    assert [part.get_content_type() for part in mail.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert max(len(line) for line in body.splitlines()) <= 998
    return [part.get_content() for part in mail.iter_parts()]


# As they are typed: the same address thrice, the same domain in both its forms, and
# dots, which one provider leaves out and no standard does.
TYPED = {
    "Noor@Eikerveld.example": ["NOOR@eikerveld.example", " noor@EIKERVELD.EXAMPLE "],
    "info@bücher.example": ["info@xn--bcher-kva.example", "Info@BÜCHER.example"],
    "b.oud@lezer.example": [],
    "boud@lezer.example": [],
}


ON_ANOTHER_LIST = """
import json
from pathlib import Path
from mailings.models import Bulletin
from subscribers.models import MailingList
from subscribers.subscribing import subscribe
council = MailingList.objects.create(name="Raad", slug="raad")
for email in json.loads(Path("again.json").read_text()):
    subscribe(email, council, method="admin")
Bulletin.objects.get().lists.add(council)
"""


def test_f41_an_address_in_several_forms_and_lists_gets_one_copy(make_product, drafted):
    script = Script()
    with scripted(script) as port:
        made = make_product(port, like=drafted)
        again = sum(TYPED.values(), [])
        add_people(made, [*TYPED, *again])
        (made.folder / "again.json").write_text(json.dumps(again))
        made.ok("shell", "-c", ON_ANOTHER_LIST)
        made.ok("send_bulletin", "1", "--yes")
        until_all_is_settled(made)
        told = ledger(made, "1")
    taken = [one.replace("xn--bcher-kva", "bücher") for one in script.taken]
    judge(audience=[*AUDIENCE, *TYPED], ledger=told, taken=taken)
    assert told["totals"]["sent"] == PEOPLE + len(TYPED)

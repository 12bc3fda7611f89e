"""Whatever is changed or thrown away in the middle: what was fixed is what leaves."""

import re
from email import message_from_bytes, policy

from tests.faults.desk import Editor, Flight, flying
from tests.faults.judge import judge
from tests.faults.stalling import (
    AUDIENCE,
    CONNECTIONS,
    OK,
    PEOPLE,
    Stall,
    until_all_is_settled,
)

LINK = re.compile(r"http://127\.0\.0\.1:[0-9]+/u/[^\s\"]+")
BULLETIN = "/admin/mailings/bulletin/1"
LIST = "/admin/subscribers/mailinglist/1"
LAYOUT = "/admin/mailings/layout/1"
SENDER = "/admin/senders/sender/1"
NEWCOMER = "new@lezer.example"
UNSUBSCRIBE_ALL = """
from subscribers.models import MailingList, Subscriber
from subscribers.subscribing import unsubscribe
for person in Subscriber.objects.all():
    unsubscribe(person, MailingList.objects.get(), source="emptied")
"""


def impersonal(body: bytes) -> tuple[str, ...]:
    """The mail without what is one person's own: address, number and link."""
    mail = message_from_bytes(body, policy=policy.default)
    own = ("To", "Message-ID", "List-Unsubscribe")
    kept = [f"{name}: {value}" for name, value in mail.items() if name not in own]
    parts = [LINK.sub("LINK", part.get_content()) for part in mail.iter_parts()]
    return (*kept, *parts)


def finished_by_another(flight: Flight) -> None:
    """The sender ends with what it has in hand, and a new one does the rest."""
    flight.sender.terminate()
    flight.stall.over.set()
    assert flight.sender.communicate(timeout=60) == ("", "")
    until_all_is_settled(flight.made)


def test_f37_who_joins_in_the_middle_is_not_among_the_frozen(make_product, chance):
    with flying(make_product, Stall(after=chance.randrange(16), then=OK)) as flight:
        editor = flight.desk.editor()
        editor.open("/admin/subscribers/subscriber/add/")
        editor.submit("#subscriber_form", email=NEWCOMER, lists=["1"])
        assert flight.made.query(
            "SELECT status FROM subscribers_subscription ORDER BY id DESC LIMIT 1"
        ) == [("confirmed",)]
        finished_by_another(flight)
        told = flight.told()
    judge(audience=AUDIENCE, ledger=told, taken=flight.script.taken)
    assert told["totals"]["sent"] == PEOPLE


def edit_everything(editor: Editor) -> None:
    """The sender, the layout, the list: saved, and the bulletin: refused."""
    for page, form, answers in (
        (SENDER, "#sender_form", {"from_name": "Iemand anders", "signature": "Weg"}),
        (LAYOUT, "#layout_form", {"footer": "Een andere voet", "colour": "#aa0000"}),
        (LIST, "#mailinglist_form", {"name": "Anders"}),
    ):
        editor.open(f"{page}/change/")
        editor.submit(form, **answers)
        assert editor.address.endswith(page.rpartition("/")[0] + "/"), editor.page
    text = {"subject": "Anders", "body": "<p>Anders</p>", "lists": ["1"]}
    editor.press(f"{BULLETIN}/change/", based_on="1", language="nl", **text)


def test_f38_whatever_is_edited_in_the_middle_all_copies_are_alike(
    make_product, chance
):
    after = chance.randrange(CONNECTIONS, 16)
    with flying(make_product, Stall(after=after, then=OK)) as flight:
        edit_everything(flight.desk.editor())
        finished_by_another(flight)
        told = flight.told()
        ((changed,),) = flight.made.query("SELECT from_name FROM senders_sender")
        ((kept,),) = flight.made.query("SELECT subject FROM mailings_bulletin")
    judge(audience=AUDIENCE, ledger=told, taken=flight.script.taken)
    assert (changed, kept) == ("Iemand anders", "Handreiking hoogwater")
    assert told["totals"]["sent"] == len(flight.script.bodies) == PEOPLE
    (copy,) = {impersonal(body) for _to, body in flight.script.bodies}
    assert not re.search("Anders|anders|Weg|andere voet", "".join(copy))


def test_f39_what_is_thrown_away_in_the_middle_is_refused_or_kept_in_the_ledger(
    make_product, chance
):
    with flying(make_product, Stall(after=9, then=OK)) as flight:
        editor = flight.desk.editor()
        for page in (BULLETIN, LIST, LAYOUT, SENDER):
            editor.press(f"{page}/delete/", post="yes")
        for table in (
            "mailings_bulletin",
            "subscribers_mailinglist",
            "mailings_layout",
            "senders_sender",
        ):
            assert flight.made.query(f"SELECT count(*) FROM {table}") == [(1,)]
        finished_by_another(flight)
        told = flight.told()
    judge(audience=AUDIENCE, ledger=told, taken=flight.script.taken)
    assert told["totals"]["sent"] == PEOPLE


def test_f39_a_list_that_is_emptied_in_the_middle_gets_nothing_more(
    make_product, chance
):
    stall = Stall(after=chance.randrange(16), then=OK)
    with flying(make_product, stall, has_desk=False) as flight:
        handed = len(flight.script.taken)
        flight.made.ok("shell", "-c", UNSUBSCRIBE_ALL)
        flight.until_at_rest("sent")
        told = flight.end()
    judge(audience=AUDIENCE, ledger=told, taken=flight.script.taken)
    assert len(flight.script.taken) <= handed + CONNECTIONS
    skipped = [one for one in told["deliveries"] if one["status"] == "skipped"]
    assert {one["reason"] for one in skipped} == {"left"}
    assert len(skipped) == PEOPLE - len(flight.script.taken)

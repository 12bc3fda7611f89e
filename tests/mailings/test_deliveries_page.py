"""Who got a bulletin: everyone in its audience, with a state and a reason."""

import pytest

from mailings.models import Delivery
from tests.editors import make_editor, read
from tests.mailings.flying import make_draft, url
from tests.mailings.sending import make_sending_bulletin


def test_the_ledger_says_who_what_and_why():
    bulletin = make_sending_bulletin(people=2)
    bulletin.deliveries.filter(email="p0@lezer.example").update(
        status="failed", reason="550 5.1.1 no such user", attempts=2
    )
    bulletin.deliveries.filter(email="p1@lezer.example").update(
        status="skipped", reason="left"
    )
    text = read(make_editor("view_bulletin").get(url("deliveries", bulletin)))
    assert "P0 p0@lezer.example Failed 550 5.1.1 no such user" in text
    assert "Skipped left the list" in text
    assert "add up to the whole audience" in text


def test_the_sum_on_top_adds_up():
    bulletin = make_sending_bulletin(people=9)
    for row, found in zip(
        bulletin.deliveries.all(), Delivery.Status.values, strict=False
    ):
        Delivery.objects.filter(pk=row.pk).update(status=found)
    page = make_editor("view_bulletin").get(url("deliveries", bulletin))
    assert sum(count for _n, _w, count in page.context["groups"]) == 9
    assert page.context["audience"] == 9


def test_the_ledger_is_read_in_pages_of_fifty():
    bulletin = make_sending_bulletin(people=1)
    row = bulletin.deliveries.get()
    Delivery.objects.bulk_create(
        Delivery(
            bulletin=bulletin,
            edition=row.edition,
            email=f"q{number:03}@lezer.example",
            address_key=f"key-{number}",
        )
        for number in range(119)
    )
    editor = make_editor("view_bulletin")
    seen, address = [], "?"
    while address:
        page = editor.get(url("deliveries", bulletin) + address)
        rows = [delivery.email for delivery, _name, _why in page.context["rows"]]
        assert len(rows) <= 50
        seen += rows
        after = page.context["slice"].after
        address = f"?after={after}" if after else ""
    assert len(seen) == len(set(seen)) == 120
    before = page.context["slice"].before
    back = editor.get(url("deliveries", bulletin) + f"?before={before}")
    emails = [delivery.email for delivery, _name, _why in back.context["rows"]]
    assert emails == seen[50:100]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("status=failed", ["p0@lezer.example"]),
        ("status=waiting&q=p1", ["p1@lezer.example"]),
        ("q=P2%40LEZER", ["p2@lezer.example"]),
        ("q=%25", []),
        ("status=nonsense&q=p1", ["p1@lezer.example"]),
        ("after=x&q=p1", ["p1@lezer.example"]),
        ("after=%C2%B2&q=p1", ["p1@lezer.example"]),
        ("before=99999999999999999999999&q=p1", ["p1@lezer.example"]),
        ("q=p1%00", ["p1@lezer.example"]),
    ],
)
def test_the_ledger_is_searched_and_filtered(asked, found):
    bulletin = make_sending_bulletin(people=3)
    bulletin.deliveries.filter(email="p0@lezer.example").update(status="failed")
    page = make_editor("view_bulletin").get(f"{url('deliveries', bulletin)}?{asked}")
    assert [one.email for one, _name, _why in page.context["rows"]] == found


def test_before_the_start_nobody_stands_in_the_ledger():
    page = make_editor("view_bulletin").get(url("deliveries", make_draft()))
    assert "Nobody yet" in read(page)

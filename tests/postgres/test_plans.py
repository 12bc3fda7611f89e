"""Each hot question is answered by its index, also with 200,000 people.

Every statement of a verb is explained before it runs: the plan is PostgreSQL's own.
"""

import contextlib
import re

import pytest
from django.db import connection
from django.urls import reverse

from bode.health import look_at_sending
from mailings import figures, granting, starting, statement, sweeping
from mailings.delivering import finish
from mailings.models import Bulletin, Delivery, Edition
from senders import letters
from subscribers.keys import address_key
from subscribers.models import Subscriber
from tests.make import make_sender
from tests.postgres import large

BIG = ("mailings_delivery", "subscribers_subscriber", "subscribers_subscription")
BIG += ("senders_letter",)


@pytest.fixture(scope="module")
def crowd(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        large.write()
        sender = make_sender()
        for number in range(1, large.BULLETINS + 1):
            status = "sending" if number == large.BULLETINS else "sent"
            bulletin = Bulletin.objects.create(
                pk=number, subject="Handreiking", sender=sender, layout_id=1
            )
            edition = Edition.objects.create(
                pk=number,
                bulletin=bulletin,
                language="nl",
                subject="Handreiking",
                from_name="Lageland",
                from_address="nieuws@lageland.example",
                headers=[],
                list_ids=[1],
                html="<p>Hallo</p>",
                text="Hallo",
            )
            Bulletin.objects.filter(pk=number).update(
                status=status, edition=edition, started_at="2026-11-24T09:00Z"
            )
            bulletin.lists.set([1])
        large.settle()
        yield
        large.remove()
        sender.delete()


@pytest.fixture
def sending(crowd):
    return Bulletin.objects.get(pk=large.BULLETINS)


class Plans:
    """How each was answered; `scanned` are the big tables read from end to end."""

    def __init__(self):
        self.all = []

    @property
    def scanned(self):
        return [
            (table, plan)
            for plan in self.all
            for table in re.findall(r"Seq Scan on (\w+)", plan)
            if table in BIG
        ]

    def __contains__(self, index):
        return any(f" {index}" in plan for plan in self.all)

    def explain(self, execute, sql, parameters, many, context):
        if re.match(r"\s*(SELECT|UPDATE|DELETE|INSERT)", sql):
            with contextlib.closing(connection.connection.cursor()) as cursor:
                cursor.execute(f"EXPLAIN {sql}", parameters)
                self.all.append("\n".join(row[0] for row in cursor.fetchall()))
        return execute(sql, parameters, many, context)


@contextlib.contextmanager
def explained():
    plans = Plans()
    with connection.execute_wrapper(plans.explain):
        yield plans


def test_a_claim_asks_the_index_of_what_waits(sending):
    with explained() as plans:
        claim = granting.claim_slice(sending, size=500)
    assert len(claim.rows) == 500
    assert "delivery_waiting" in plans
    assert plans.scanned == []


def test_a_grant_asks_by_id(sending):
    claim = granting.claim_slice(sending, size=500)
    with explained() as plans:
        granted, go_on = granting.grant(claim, claim.rows[:8])
    assert (len(granted), go_on) == (8, True)
    assert plans.scanned == []


def test_a_release_asks_by_an_index(sending):
    claim = granting.claim_slice(sending, size=500)
    with explained() as plans:
        granting.release(claim)
    assert plans.scanned == []


def test_a_sweep_asks_the_index_of_leases(crowd):
    with explained() as plans:
        sweeping.sweep()
    assert "delivery_leased" in plans
    assert plans.scanned == []


def test_the_end_asks_an_index_whether_anything_is_open(sending):
    with explained() as plans:
        finish(sending)
    assert plans.scanned == []


def test_a_start_that_finds_nothing_due_asks_no_delivery(crowd):
    with explained() as plans:
        assert starting.start_due() is False
    assert plans.scanned == []


def test_letters_ask_the_index_of_what_is_open(crowd, settings):
    with explained() as plans:
        assert letters._claim() is not None
    assert "letter_open" in plans
    assert plans.scanned == []


def test_health_asks_an_index_for_the_oldest_that_is_due(crowd):
    with explained() as plans:
        assert look_at_sending().oldest_due_at is not None
    assert "delivery_waiting" in plans
    assert plans.scanned == []


def test_one_reader_is_found_by_the_key_of_the_address(crowd):
    with explained() as plans:
        key = address_key("p7@lezer.example")
        Subscriber.objects.filter(address_key=key).first()
        Delivery.objects.filter(bulletin=large.BULLETINS, address_key=key).first()
    assert plans.scanned == []


def test_an_exact_count_asks_an_index(sending):
    with explained() as plans:
        assert figures.totals(sending)["in_doubt"] > 0
    assert "delivery_status" in plans, plans.all
    assert plans.scanned == []


@pytest.mark.parametrize("page", ["progress", "progress_live"])
def test_the_progress_page_asks_for_the_last_troubles_and_never_for_all(
    admin_client, sending, page
):
    address = reverse(f"admin:mailings_bulletin_{page}", args=[sending.pk])
    with explained() as plans:
        answer = admin_client.get(address)
    assert answer.context["progress"].handled > 20_000
    assert len(answer.context["domains"]) == figures.DOMAINS + 1
    assert "delivery_trouble" in plans
    assert "delivery_status" not in plans
    assert plans.scanned == []


@pytest.mark.parametrize("page", ["index", "mailings_bulletin_changelist"])
def test_home_and_the_list_of_bulletins_read_no_ledger(admin_client, crowd, page):
    with explained() as plans:
        text = admin_client.get(reverse(f"admin:{page}")).content.decode()
    assert "50%" in text
    assert "delivery_status" not in plans
    assert not any(table == "mailings_delivery" for table, _plan in plans.scanned)


@pytest.mark.parametrize("status", ["", "failed", "in_doubt", "queued", "submitting"])
def test_the_page_of_deliveries_reads_a_page_and_not_a_table(
    admin_client, sending, status
):
    page = reverse("admin:mailings_bulletin_deliveries", args=[sending.pk])
    with explained() as plans:
        answer = admin_client.get(page, {"status": status} if status else {})
    assert answer.status_code == 200
    assert plans.scanned == []


def rows_read():
    """Of the ledger, by this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables"
            " WHERE relname = 'mailings_delivery'"
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize("number", [1, 3, large.BULLETINS])
def test_a_statement_reads_no_row_of_another_bulletin(crowd, number):
    before = rows_read()
    told = statement.lines(
        statement.deliveries_of(Bulletin.objects.get(pk=number)),
    )
    assert sum(1 for _line in told) == large.PEOPLE
    # Each portion looks up a little more; another bulletin would be as much again.
    assert rows_read() - before < 1.1 * large.PEOPLE


@pytest.mark.parametrize("number", [1, 3, large.BULLETINS])
@pytest.mark.parametrize("asked", ["", "?after=159990", "?before=39999"])
def test_a_page_of_the_statement_reads_little_more_than_it_shows(
    admin_client, crowd, number, asked
):
    page = reverse("admin:mailings_bulletin_deliveries", args=[number])
    before = rows_read()
    assert admin_client.get(page + asked).status_code == 200
    assert rows_read() - before < 200

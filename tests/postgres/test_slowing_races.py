"""Two workers begin and end the rest of a domain at the very same moment."""

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from mailings import slowing
from mailings.models import Slowdown
from mailings.slowing import Rests
from tests.postgres.beside import Beside

pytestmark = pytest.mark.django_db(transaction=True)
EARLY, LATE = "a.example", "b.example"


@pytest.fixture(autouse=True)
def _impatient():
    """Nothing here may wait for long; who would wait for ever gets an error."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '15s'")
    yield
    connection.close()


def rest(domain):
    return Slowdown.objects.create(domain=domain, until=Now(), reason="450 later")


def rests(*, begun, ended) -> Rests:
    one = Rests()
    one.begun, one.ended = {begun: "450 later"}, {ended}
    return one


def write(one):
    with transaction.atomic():
        one.write()


def test_two_that_begin_and_end_crosswise_do_not_wait_for_each_other_in_a_ring():
    rest(EARLY), rest(LATE)
    with transaction.atomic():
        assert slowing._begin(EARLY, reason="450 later")
        other = Beside(lambda: write(rests(begun=EARLY, ended=LATE)))
        assert other.waits()
        Slowdown.objects.filter(pk=LATE).delete()
    other.result()
    assert [one.domain for one in Slowdown.objects.all()] == [EARLY]


def test_a_rest_that_another_ends_while_it_is_begun_stops_no_worker(monkeypatch):
    add = type(Slowdown.objects).bulk_create

    def add_and_see_it_ended(self, *args, **options):
        add(self, *args, **options)
        Slowdown.objects.all().delete()

    monkeypatch.setattr(type(Slowdown.objects), "bulk_create", add_and_see_it_ended)
    one = Rests()
    one.begun = {EARLY: "450 later"}
    write(one)
    assert (one.known, one.resting) == ({}, set())

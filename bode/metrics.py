"""The figures for Prometheus, read from the database when it asks.

No process counts for itself, so it does not matter which one answers.
"""

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError
from django.db.models import Count
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bode import health
from mailings import figures
from mailings.models import Bulletin, Delivery, Pulse
from senders.models import Letter

# What a sender holds just now counts as queued: the tallies do not tell it apart.
COUNTED = [one for one in Delivery.Status.values if one not in Delivery.LEASED]


def exposition() -> bytes:
    """Everything, in the text format of Prometheus. Never raises."""
    registry = CollectorRegistry()
    registry.register(Figures())
    return generate_latest(registry)


class Figures(Collector):
    def describe(self) -> list[Metric]:
        return []  # asks nothing when it is registered

    def collect(self) -> Iterator[Metric]:
        broker = health.broker_answers()
        if broker is not None:
            yield _gauge("bode_broker_up", "Whether Redis answers.", broker)
        try:
            found = list(_of_the_database())
        except (DatabaseError, InterfaceError):
            found = [_gauge("bode_database_up", "Whether the database answers.", 0)]
        yield from found


def _of_the_database() -> Iterator[Metric]:
    sending = health.look_at_sending()
    yield _gauge("bode_database_up", "Whether the database answers.", 1)
    yield from _sending(sending)
    yield _by_status()
    yield _deliveries()
    yield _sent()
    waiting = Letter.objects.filter(
        status__in=[Letter.Status.WAITING, Letter.Status.SENDING]
    )
    yield _gauge("bode_letters_waiting", "Single mails to deliver.", waiting.count())


def _sending(found: health.Sending) -> Iterator[Metric]:
    now = timezone.now()
    yield _gauge("bode_on_hold", "Whether SENDING is hold.", found.on_hold)
    yield _gauge("bode_sender_alive", "Seen in two minutes.", found.sender_alive)
    yield _gauge("bode_sending_stuck", "Mail is due and no answer comes.", found.stuck)
    for name, text, since in (
        ("bode_sender_last_seen_seconds", "Since a sender was.", found.sender_seen_at),
        ("bode_oldest_due_seconds", "Of mail that is due.", found.oldest_due_at),
        ("bode_late_start_seconds", "Since a start was missed.", found.late_since),
    ):
        if since:
            yield _gauge(name, text, max(0.0, (now - since).total_seconds()))


def _by_status() -> Metric:
    family = GaugeMetricFamily("bode_bulletins", "Bulletins.", labels=["status"])
    rows = Bulletin.objects.order_by().values_list("status").annotate(Count("pk"))
    counted = dict(rows)
    for status in Bulletin.Status.values:
        family.add_metric([status], counted.get(status, 0))
    return family


def _deliveries() -> Metric:
    """Of each bulletin that goes out or is paused, by status."""
    family = GaugeMetricFamily(
        "bode_deliveries",
        "Deliveries of bulletins that go out; queued is also what a sender holds.",
        labels=["bulletin", "status"],
    )
    at_work = [Bulletin.Status.SENDING, Bulletin.Status.PAUSED]
    bulletins = Bulletin.objects.filter(status__in=at_work).order_by("pk")
    for pk, totals in figures.tallied(bulletins).items():
        for status in COUNTED:
            family.add_metric([str(pk), status], totals[status])
    return family


def _sent() -> Metric:
    """As each sender last wrote it down; one that is killed takes 5 seconds with it."""
    family = CounterMetricFamily(
        "bode_sent", "Mails handed over, by sender.", labels=["sender"]
    )
    for name, sent in Pulse.objects.values_list("name", "sent"):
        family.add_metric([name], sent)
    return family


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=float(value))

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from senders.models import Pace
from senders.pacing import reserve


def test_the_first_turn_is_at_once():
    assert reserve("smtp", count=1, pace=4.0) < 0.01


def test_turns_follow_each_other_at_the_pace():
    waits = [reserve("smtp", count=4, pace=0.5) for _ in range(4)]
    assert waits == pytest.approx([0, 8, 16, 24], abs=3)


def test_what_was_not_used_is_not_saved_up():
    reserve("smtp", count=1, pace=4.0)
    Pace.objects.update(next_at=timezone.now() - timedelta(hours=1))
    waits = [reserve("smtp", count=1, pace=0.1) for _ in range(2)]
    assert waits == pytest.approx([0, 10], abs=3)


def test_a_clock_that_is_set_back_silences_nobody():
    reserve("smtp", count=1, pace=100.0)
    Pace.objects.update(next_at=timezone.now() + timedelta(hours=1))
    assert reserve("smtp", count=1, pace=100.0) < 5


def test_each_transport_has_its_own_turns():
    reserve("smtp", count=100, pace=1.0)
    assert reserve("mailgun", count=1, pace=1.0) < 0.01


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_turns():
    waits = []

    def work():
        waits.append(reserve("smtp", count=1, pace=0.1))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == pytest.approx([0, 10, 20, 30], abs=5)
    assert Pace.objects.get().reserved == 4

"""Beat: late, doubled or gone, it changes nothing but how soon work is found."""

import time
from datetime import UTC, datetime, timedelta

from bode.celery import BEAT, app
from bode.hinting import Scheduler
from tests.a_bulletin import numbered
from tests.queue.crew import stop
from tests.smtp_server import wait_until


def test_a_minute_without_beat_is_made_up_for(crew, valkey, mails):
    ours = crew()
    later = [True]
    mails.before = lambda *_: "451 4.7.1 later please" if later[0] else None
    ours.worker()
    beat = ours.beat()
    bulletin = ours.send(20)
    wait_until(lambda: ours.statuses(bulletin) == {"deferred": 20}, seconds=60)
    assert stop(beat) == 0
    later[0] = False
    with valkey.client() as client:
        wait_until(lambda: not client.llen("sending"), what="the last hint's reading")
    time.sleep(60)
    assert mails.mails == [], "nobody was woken"
    ours.beat()
    ours.until_sent(bulletin, seconds=20)
    assert mails.recipients == numbered(20)


def test_from_a_scheduled_time_to_the_first_mail_are_less_than_five_seconds(
    crew, mails
):
    ours = crew()
    ours.worker()
    ours.beat()
    bulletin = ours.prepare(5)
    at = datetime.now(UTC) + timedelta(seconds=8)
    ours.product.ok("send_bulletin", bulletin, "--yes", "--at", at.isoformat())
    wait_until(lambda: mails.mails, seconds=30)
    assert 0 <= (datetime.now(UTC) - at).total_seconds() < 5


def test_the_beat_table_names_tasks_that_there_are_and_holds_no_time_of_its_own():
    app.loader.import_default_modules()
    app.finalize()
    for entry in BEAT.values():
        assert entry["task"] in app.tasks
        assert set(entry) == {"task", "schedule"}, "no eta, no countdown, no expiry"
    assert set(Scheduler(app).schedule) == set(BEAT)

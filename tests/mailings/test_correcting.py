"""A correction goes to exactly those who got the earlier bulletin."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from mailings import audience, copies, correcting, preflight, scheduling, starting
from mailings.errors import MailingError, NotInAudience
from mailings.models import Bulletin, TrailEntry
from subscribers import suppressing
from subscribers.erasing import erase
from subscribers.models import MailingList, Subscriber, Subscription, Suppression
from tests.editors import make_editor, make_sending_editor, read
from tests.mailings.desk import answers
from tests.mailings.flying import status, url
from tests.mailings.sending import ObedientTransport, people, send
from tests.mailings.test_settling import make_ended
from tests.make import make_subscriber

Act = TrailEntry.Act
LIST = "admin:mailings_bulletin_changelist"
COPIED = ("preheader", "date", "headline", "body", "sender", "layout", "language")


def begin(bulletin, **changes):
    correction = correcting.begin(bulletin, by="Marit")
    Bulletin.objects.filter(pk=correction.pk).update(**changes)
    correction.refresh_from_db()
    return correction


def sent_to(correction) -> list[str]:
    """Send it, and say who got it."""
    scheduling.schedule(correction, send_at=None, accept_warnings=True)
    assert starting.start(correction)
    transport = ObedientTransport()
    send(correction, transport)
    assert correction.status == "sent"
    return transport.handed


def leave(number: int) -> None:
    here = Subscription.objects.filter(subscriber__email=people(number)[0])
    here.update(status=Subscription.Status.UNSUBSCRIBED)


def codes(bulletin) -> list[str]:
    return [one.code for one in preflight.find_problems(bulletin)]


def test_only_who_got_the_earlier_one_gets_it():
    earlier = make_ended("sent", "failed", "in_doubt", "skipped", "sent", "sent")
    make_subscriber("new@lezer.example", lists=list(earlier.lists.all()))
    leave(5)
    assert sent_to(begin(earlier)) == people(0, 4)


def test_it_begins_as_a_copy_that_says_what_it_is():
    earlier = make_ended("sent", language="nl", preheader="Lees dit", sign=False)
    correction = begin(earlier)
    for field in (*COPIED, "sign"):
        assert getattr(correction, field) == getattr(earlier, field)
    assert correction.subject.endswith(earlier.subject)
    assert correction.subject != earlier.subject
    assert list(correction.lists.all()) == list(earlier.lists.all())
    assert (correction.status, correction.corrects) == ("draft", earlier)
    assert (correction.edition, correction.send_at) == (None, None)
    ours, theirs = correction.trail.get(), earlier.trail.last()
    assert (ours.act, ours.who) == (Act.COMPOSED, "Marit")
    assert (theirs.act, theirs.who) == (Act.CORRECTED, "Marit")


def test_its_subject_speaks_the_language_of_the_bulletin():
    earlier = make_ended("sent", language="en", subject="wij " * 50)
    assert begin(earlier).subject == f"Correction: {'wij ' * 47}"


def test_a_correction_of_a_correction_goes_to_who_got_that_one():
    earlier = make_ended("sent", "sent", "failed", language="en")
    first = begin(earlier)
    leave(0)
    assert sent_to(first) == people(1)
    second = begin(first)
    assert second.subject.count("Correction: ") == 1
    assert sent_to(second) == people(1)


def test_who_begins_twice_goes_on_with_the_same_draft():
    earlier = make_ended("sent")
    first = begin(earlier)
    assert begin(earlier) == first
    assert earlier.trail.filter(act=Act.CORRECTED).count() == 1
    Bulletin.objects.filter(pk=first.pk).update(status="sent")
    assert begin(earlier) != first


@pytest.mark.parametrize("state", ["draft", "scheduled", "held", "sending"])
def test_what_has_not_gone_out_or_still_does_is_not_corrected(state):
    earlier = make_ended("sent", bulletin_status=state)
    with pytest.raises(MailingError):
        correcting.begin(earlier)
    assert Bulletin.objects.count() == 1


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_what_was_paused_or_stopped_can_be_corrected(state):
    earlier = make_ended("sent", "queued", bulletin_status=state)
    assert sent_to(begin(earlier)) == people(0)


def test_what_nobody_got_is_not_corrected():
    with pytest.raises(MailingError, match="Niemand kreeg"):
        correcting.begin(make_ended("failed", "skipped"))


def test_the_summary_adds_up_to_who_got_the_earlier_one():
    earlier = make_ended(*["sent"] * 6, "failed")
    leave(1)
    suppressing.suppress(people(2)[0], reason=Suppression.Reason.ASKED)
    Subscription.objects.filter(subscriber__email=people(3)[0]).delete()
    erase(Subscriber.objects.get(email=people(4)[0]))

    found = audience.summary(list(earlier.lists.all()), corrects=earlier)

    assert found.people == 2
    assert len(found.skipped) == 4
    assert {count for _why, count in found.skipped} == {1}
    assert sent_to(begin(earlier)) == people(0, 5)


def test_the_checks_say_what_is_in_doubt_or_not_done_yet():
    earlier = make_ended("sent", "in_doubt", "queued", bulletin_status="paused")
    assert codes(begin(earlier)) == ["correction_early", "correction_in_doubt"]


def test_the_checks_refuse_a_correction_to_nobody():
    earlier = make_ended("sent")
    correction = begin(earlier)
    assert codes(correction) == []
    leave(0)
    assert codes(correction) == ["correction_empty"]


def test_nobody_else_has_a_copy_of_it():
    correction = begin(make_ended("sent", "failed"))
    assert copies.copy_for(correction, email=people(0)[0])
    with pytest.raises(NotInAudience):
        copies.copy_for(correction, email=people(1)[0])


def test_send_bulletin_sends_it(capsys):
    correction = begin(make_ended("sent", "failed"))
    call_command("send_bulletin", str(correction.pk), "--yes")
    correction.refresh_from_db()
    assert starting.start(correction)
    assert [one.email for one in correction.deliveries.all()] == people(0)
    assert correction.trail.get(act=Act.SCHEDULED).who == "command line"


# --- On the pages ----------------------------------------------------------------


def test_the_button_begins_it_and_its_page_says_whom_it_goes_to():
    earlier = make_ended("sent", "failed")
    editor = make_sending_editor()
    assert "Write a correction" in read(editor.get(url("progress", earlier)))
    assert "Write a correction" in read(editor.get(url("deliveries", earlier)))

    page = editor.post(url("correct", earlier), follow=True)

    correction = earlier.corrections.get()
    assert page.redirect_chain[-1][0] == url("change", correction)
    assert "This is a correction of" in read(page)
    assert "That cannot be changed." in read(page)
    assert correction.trail.get().who == "marit"
    assert "1 person who got" in read(editor.get(url("schedule", correction)))


def test_its_lists_cannot_be_changed_by_whoever_tries():
    earlier = make_ended("sent")
    correction = begin(earlier)
    other = MailingList.objects.create(name="Other", slug="other")
    form = answers(correction, lists=[other.pk], subject="Mended")
    make_sending_editor().post(url("change", correction), form)
    correction.refresh_from_db()
    assert correction.subject == "Mended"
    assert list(correction.lists.all()) == list(earlier.lists.all())


def test_the_preview_offers_only_who_got_the_earlier_one():
    correction = begin(make_ended("sent", "failed"))
    editor = make_editor(
        "view_bulletin", "change_bulletin", "view_subscriber", name="lezer"
    )
    lists = [one.pk for one in correction.lists.all()]
    found = editor.get(url("readers", correction), {"lists": lists}).json()["readers"]
    assert [one["email"] for one in found] == people(0)
    checks = editor.post(url("checks", correction), answers(correction)).json()
    assert checks["people"] == "1 recipient"


def test_who_may_not_write_bulletins_begins_none():
    earlier = make_ended("sent")
    reader = make_editor("view_bulletin", "can_send")
    assert reader.post(url("correct", earlier)).status_code == 403
    assert "Write a correction" not in read(reader.get(url("progress", earlier)))
    assert reader.get(url("correct", earlier)).status_code == 405
    assert Bulletin.objects.count() == 1


def test_where_it_cannot_be_corrected_the_page_says_why():
    earlier = make_ended("sent", bulletin_status="sending")
    page = make_sending_editor().post(url("correct", earlier), follow=True)
    assert "It is still going out. Pause it first." in read(page)
    assert status(earlier) == "sending"


def test_the_list_of_bulletins_counts_its_audience():
    correction = begin(make_ended("sent", "failed", "failed"))
    page = read(make_sending_editor().get(reverse(LIST)))
    row = page.split(str(correction))[1].split("Handreiking")[0]
    assert re.findall(r"\b[13]\b", row) == ["1"]

"""Single mails of ours: a row that is delivered, tried again, or given up."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from senders import letters, tasks
from senders.models import Letter
from senders.transports.base import Kind, Verdict
from tests.senders.posting import HOUR, drain, let_time_pass, post

Status = Letter.Status


@pytest.fixture
def answers(monkeypatch):
    """The answers that the transport gives in turn; the last one stays."""
    planned: list[Verdict] = []
    handed: list[int] = []
    outside = len(connection.savepoint_ids)

    def send(letter: Letter) -> Verdict:
        assert len(connection.savepoint_ids) == outside  # in no transaction of ours
        handed.append(letter.pk)
        return planned.pop(0) if len(planned) > 1 else planned[0]

    monkeypatch.setattr(letters, "send_letter", send)
    return planned, handed


def test_a_letter_waits_as_a_row_and_leaves_once():
    letter = post()
    assert letter.status == Status.WAITING
    assert mail.outbox == []

    assert letters.deliver_due()
    assert not letters.deliver_due()

    (sent,) = mail.outbox
    assert sent.to == ["marit@lageland.example"]
    assert sent.subject == "Kies een wachtwoord"
    assert sent.body == "https://bode.example.org/geheim"
    letter.refresh_from_db()
    assert letter.status == Status.SENT
    assert letter.sent_at


def test_what_is_sent_keeps_no_secret():
    letter = post()
    drain()
    letter.refresh_from_db()
    assert letter.text == ""


def test_machines_are_told_not_to_answer_and_readers_that_it_is_theirs_alone():
    post()
    post(kind=Letter.ALERT)
    drain()
    password, alert = (one.message() for one in mail.outbox)
    assert password["Auto-Submitted"] == alert["Auto-Submitted"] == "auto-generated"
    assert password["Sensitivity"] == "Private"
    assert alert["Sensitivity"] is None
    assert password["Message-ID"] != alert["Message-ID"]


def test_a_transaction_that_is_undone_posts_nothing():
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert not Letter.objects.exists()


def test_a_subject_stays_one_line():
    assert post(subject="a\r\nBcc: x@example.org" + "b" * 300).subject.startswith(
        "a Bcc: x@example.orgbbb"
    )


def test_a_broken_way_is_tried_again_later_each_time_twice_as_late(answers, settings):
    settings.RETRY_SECONDS = 60
    answers[0].append(Verdict(Kind.BROKEN, "535 5.7.8 no"))
    letter = post()

    waits = []
    for _attempt in range(6):
        drain()
        letter.refresh_from_db()
        assert letter.status == Status.WAITING
        assert letter.text
        asked = Letter.objects.filter(pk=letter.pk).annotate(now=Now()).get()
        waits.append(round((letter.due_at - asked.now).total_seconds() / 60))
        let_time_pass(letter)

    assert waits == [1, 2, 4, 8, 15, 15]
    assert letter.reason == "535 5.7.8 no"
    answers[0][:] = [Verdict(Kind.SENT)]
    drain()
    letter.refresh_from_db()
    assert letter.status == Status.SENT
    assert letter.attempts == 7


def test_a_server_that_takes_letters_and_never_says_so_fills_no_mailbox(
    answers, settings
):
    """Half a minute of silence after the text, at every try for two days."""
    settings.RETRY_SECONDS = 60
    answers[0].append(Verdict(Kind.IN_DOUBT, "timed out"))
    letter = post(kind=Letter.ALERT)
    age = timedelta(0)
    while age < timedelta(days=2):
        drain()
        letter = Letter.objects.annotate(now=Now()).get(pk=letter.pk)
        wait = letter.due_at - letter.now
        age += wait
        let_time_pass(letter, wait.total_seconds() + 1)
    assert 2 <= letter.attempts <= 13


def test_a_server_that_names_its_time_is_obeyed(answers, settings):
    answers[0].append(Verdict(Kind.BUSY, "429", retry_after=3000))
    letter = post()
    drain()
    letter.refresh_from_db()
    assert letter.due_at - letter.created_at > timedelta(seconds=2900)


def test_a_refused_address_is_given_up_at_once_without_its_text(answers):
    answers[0].append(Verdict(Kind.REFUSED, "550 5.1.1 no such user"))
    letter = post()
    drain()
    letter.refresh_from_db()
    assert (letter.status, letter.text) == (Status.FAILED, "")
    assert letter.reason == "550 5.1.1 no such user"


def test_a_letter_of_no_use_any_more_is_given_up_unsent(answers):
    answers[0].append(Verdict(Kind.BROKEN, "the relay is away"))
    letter = post()
    drain()
    letter.refresh_from_db()
    let_time_pass(letter)
    Letter.objects.update(expires_at=Now())

    drain()

    letter.refresh_from_db()
    assert len(answers[1]) == 1
    assert (letter.status, letter.text) == (Status.FAILED, "")
    assert "in time" in letter.reason
    assert "the relay is away" in letter.reason


def test_a_letter_in_dead_hands_is_taken_over_when_the_lease_is_over(monkeypatch):
    letter = post()
    monkeypatch.setattr(letters, "send_letter", lambda letter: 1 / 0)
    with pytest.raises(ZeroDivisionError):  # the worker dies
        letters.deliver_due()
    monkeypatch.undo()
    letter.refresh_from_db()
    assert letter.status == Status.SENDING
    assert not letters.deliver_due()

    let_time_pass(letter)
    drain()

    assert len(mail.outbox) == 1


def test_who_comes_back_late_changes_nothing_that_is_another_s(answers, monkeypatch):
    letter = post()

    def overtaken(one: Letter) -> Verdict:
        Letter.objects.filter(pk=one.pk).update(attempts=one.attempts + 1)
        return Verdict(Kind.REFUSED, "550 late")

    monkeypatch.setattr(letters, "send_letter", overtaken)
    letters.deliver_due()

    letter.refresh_from_db()
    assert letter.status == Status.SENDING
    assert letter.text


def test_where_the_way_is_closed_the_others_wait_for_the_next_round(answers):
    answers[0].append(Verdict(Kind.IN_DOUBT, "timeout"))
    posted = [post().pk for _number in range(3)]

    letters.deliver_due()
    assert answers[1] == posted[:1]
    letters.deliver_due()
    assert answers[1] == posted[:2]


def test_a_round_takes_a_handful(answers):
    answers[0].append(Verdict(Kind.SENT))
    for _number in range(letters.HANDFUL + 2):
        post()
    letters.deliver_due()
    assert len(answers[1]) == letters.HANDFUL
    letters.deliver_due()
    assert len(answers[1]) == letters.HANDFUL + 2


def test_who_is_asked_to_stop_takes_no_more(answers):
    answers[0].append(Verdict(Kind.SENT))
    stop = threading.Event()
    stop.set()
    post()
    letters.deliver_due(stop=stop)
    assert answers[1] == []


def test_a_round_without_letters_asks_one_question():
    with CaptureQueriesContext(connection) as asked:
        assert not letters.deliver_due()
    assert len(asked) == 1


def test_old_letters_are_forgotten():
    old, new = post(), post()
    Letter.objects.filter(pk=old.pk).update(
        status=Status.SENT, created_at=Now() - timedelta(days=31)
    )
    drain()
    assert list(Letter.objects.values_list("pk", flat=True)) == [new.pk]


def test_pretending_leaves_nothing_behind():
    letters.pretend(
        kind=Letter.PASSWORD,
        recipient="nobody@example.org",
        subject="x",
        text="y",
        lifetime=HOUR,
    )
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_letter_once():
    posted = [post(recipient=f"p{number}@lezer.example") for number in range(12)]

    def deliver() -> None:
        try:
            drain()
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    sent = sorted(one.to[0] for one in mail.outbox)
    assert sent == sorted(letter.recipient for letter in posted)
    assert set(Letter.objects.values_list("attempts", flat=True)) == {1}


def test_a_task_whose_database_is_away_says_so_in_a_line(monkeypatch, caplog):
    def gone(**_):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks, "deliver_due", gone)
    tasks.deliver_letters()
    assert caplog.messages == ["The database does not answer, so no letter leaves."]

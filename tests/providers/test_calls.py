"""What a group of mails comes to, call by call: halved, ended early, slowed down."""

import threading
import time

import pytest

from senders.transports import make_transport
from senders.transports.base import Broken, Busy
from tests.providers.handing import (
    BROKEN,
    BUSY,
    IN_DOUBT,
    REFUSED,
    SENT,
    kinds,
    readers,
)
from tests.providers.rows import takes_all
from tests.providers.server import CUT, Answer


def refusing(*culprits, status=400):
    """A Mailgun that takes no call in which one of these addresses stands."""

    def respond(request):
        if any(one in request.text.replace("%40", "@") for one in culprits):
            return Answer(status, {"message": "to parameter is not a valid address."})
        return takes_all("mailgun")(request)

    return respond


def recipients(request):
    return request.form["to"]


def test_a_batch_leaves_in_one_call(account, hand_over):
    server = account("mailgun")
    verdicts = hand_over(readers(50))
    assert kinds(verdicts) == [SENT] * 50
    assert {one.provider_id for one in verdicts} == {"<one@mailgun.example>"}
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_refused_batch_is_halved_down_to_whose_fault_it_is(
    account, hand_over, status
):
    server = account("mailgun")
    messages = readers(16)
    culprit = messages[5].recipient
    server.respond = refusing(culprit, status=status)
    verdicts = hand_over(messages)
    assert [n for n, one in enumerate(verdicts) if one.kind is not SENT] == [5]
    assert verdicts[5].kind is REFUSED
    assert "not a valid address" in verdicts[5].reason
    assert len(server.requests) == 2 * 4 + 1
    # What was taken was asked once, all the others never again after that.
    taken = [
        address
        for request in server.requests
        if not any(culprit in one for one in recipients(request))
        for address in recipients(request)
    ]
    assert len(taken) == len(set(taken)) == 15


def test_two_culprits_are_both_found(account, hand_over):
    server = account("mailgun")
    messages = readers(9)
    server.respond = refusing(messages[0].recipient, messages[8].recipient)
    assert kinds(hand_over(messages)) == [REFUSED, *[SENT] * 7, REFUSED]


def test_a_mail_that_is_refused_to_everyone_ends_the_halving(account, hand_over):
    server = account("mailgun")
    server.respond = lambda _request: Answer(400, {"message": "html is too big."})
    verdicts = hand_over(readers(50))
    assert kinds(verdicts[:25]) == [REFUSED] * 25
    assert all(one.after_body for one in verdicts[:25])
    assert kinds(verdicts[25:]) == [BROKEN] * 25
    assert len(server.requests) == 1 + 2 * 25 - 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(Answer(401), BROKEN), (Answer(429), BUSY), (Answer(500), BUSY), (CUT, BUSY)],
)
def test_trouble_while_halving_leaves_the_rest_untried(
    account, hand_over, answer, kind
):
    server = account("mailgun")
    server.answers = [Answer(400), answer]
    verdicts = hand_over(readers(8))
    first = IN_DOUBT if answer is CUT else kind
    assert kinds(verdicts) == [first] * 4 + [kind] * 4
    assert len(server.requests) == 2


def test_a_slow_provider_gets_no_more_calls_than_the_lease_has_room_for(
    account, hand_over, settings
):
    settings.LEASE_SECONDS = 1
    server = account("mailgun")
    server.answer, server.respond = Answer(400, {}, wait=0.2), None
    begun = time.monotonic()
    verdicts = hand_over(readers(50), patience=5)
    assert time.monotonic() - begun < 1.5
    assert verdicts[-1].kind is BUSY
    assert len(server.requests) <= 6


@pytest.mark.parametrize("status", [401, 402, 403, 404, 429, 500, 503])
def test_one_answer_for_the_whole_batch_is_asked_for_once(account, hand_over, status):
    server = account("mailgun")
    server.respond = lambda _request: Answer(status, {"message": "No, because."})
    verdicts = hand_over(readers(50))
    kind = BROKEN if status < 429 else BUSY
    assert kinds(verdicts) == [kind] * 50
    assert {one.reason for one in verdicts} == {f"Mailgun: {status} No, because."}
    assert len(server.requests) == 1


def test_one_call_a_mail_goes_over_several_lines_at_once(account, settings):
    server = account("postmark")
    settings.SMTP_CONNECTIONS = 4
    answer = takes_all("postmark")

    def slow(request):
        time.sleep(0.1)
        return answer(request)

    server.respond = slow
    transport = make_transport()
    sizes = []
    for _round in range(5):
        sizes.append(transport.connect(100))
        verdicts = transport.hand_over(readers(sizes[-1]))
        assert kinds(verdicts) == [SENT] * sizes[-1]
    transport.close()
    # One first, so that a wrong key costs one call; then more and more.
    assert sizes == [1, 2, 4, 4, 4]
    assert server.most_at_once == 4
    assert server.connections <= 4


def test_each_of_several_lines_has_its_own_verdict(account, settings):
    server = account("postmark")
    settings.SMTP_CONNECTIONS = 8
    messages = readers(8)
    bad = messages[3].recipient
    answer = takes_all("postmark")
    server.respond = lambda request: (
        Answer(422, {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{bad}'."})
        if bad in request.json["To"]
        else answer(request)
    )
    transport = make_transport()
    transport.connect(8)
    verdicts = transport.hand_over(messages)
    transport.close()
    assert kinds(verdicts) == [SENT] * 3 + [REFUSED] + [SENT] * 4
    ids = [one.provider_id for one in verdicts if one.kind is SENT]
    assert len(set(ids)) == 7


def test_a_busy_provider_gets_fewer_lines_and_is_left_in_peace(account, settings):
    server = account("postmark")
    settings.SMTP_CONNECTIONS = 4
    transport = make_transport()
    for _round in range(3):
        transport.hand_over(readers(transport.connect(4)))
    server.respond = lambda _request: Answer(429, {}, {"Retry-After": "120"})
    verdicts = transport.hand_over(readers(4))
    assert kinds(verdicts) == [BUSY] * 4
    assert {one.retry_after for one in verdicts} == {120}
    asked = len(server.requests)
    with pytest.raises(Busy, match="429") as raised:
        transport.connect(4)
    assert 118 <= raised.value.retry_after <= 120
    assert len(server.requests) == asked
    transport.quiet_until = 0.0
    assert transport.connect(4) == 2
    transport.close()


def test_without_a_time_to_wait_the_pauses_grow(account):
    server = account("mailgun")
    server.respond = lambda _request: Answer(503)
    transport = make_transport()
    pauses = []
    for _round in range(3):
        transport.connect(1)
        transport.hand_over(readers(1))
        pauses.append(round(transport.quiet_until - time.monotonic()))
        transport.quiet_until = 0.0
    transport.close()
    assert pauses == [2, 4, 8]


def test_the_first_of_a_provider_that_judges_batches_afterwards_goes_alone(account):
    server = account("mailersend")
    transport = make_transport()
    sizes = []
    for _round in range(3):
        sizes.append(transport.connect(100))
        assert kinds(transport.hand_over(readers(sizes[-1]))) == [SENT] * sizes[-1]
    transport.close()
    assert sizes == [1, 2, 4]
    assert server.requests[0].path.endswith("/bulk-email") is False


def test_missing_settings_are_broken(settings, account):
    account("mailgun")
    settings.ANYMAIL = {}
    with pytest.raises(Broken, match="MAILGUN_API_KEY"):
        make_transport().connect(1)


def test_a_worker_that_is_asked_to_stop_does_not_wait_for_a_connection(
    account, hand_over, settings, monkeypatch
):
    account("mailgun")
    monkeypatch.setattr("senders.transports.providers.asking.NO_CONNECTION", 30.0)
    url = "http://127.0.0.1:1/v3"
    settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_API_URL": url}
    stop = threading.Event()
    stop.set()
    begun = time.monotonic()
    assert kinds(hand_over(readers(2), stop=stop)) == [BUSY] * 2
    assert time.monotonic() - begun < 2

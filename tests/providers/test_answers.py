"""A row for each provider and answer: what it comes to, for whom, in what words."""

import json

import pytest

from senders.transports.providers import PROVIDERS
from tests.providers.handing import BROKEN, BUSY, IN_DOUBT, REFUSED, SENT, kinds
from tests.providers.mails import messages_to
from tests.providers.rows import KEY
from tests.providers.saying import WORDS
from tests.providers.server import CUT, HANG, Answer

NAMES = "Noor", "Jo", "Wubbo", "Fokje"
BAD = 1
# Brevo and Resend are asked again with the same key.
AGAIN = {name for name, row in PROVIDERS.items() if row.idempotency}


def messages_for(provider):
    """Some, or where a call takes one mail, one: the one with the bad address."""
    messages = messages_to(*NAMES)
    return messages if PROVIDERS[provider].merge else [messages[BAD]]


def answering(server, answer):
    server.respond = answer if callable(answer) else lambda _request: answer


@pytest.mark.parametrize("provider", PROVIDERS)
def test_taken(provider, account, hand_over):
    server, messages = account(provider), messages_for(provider)
    verdicts = hand_over(messages)
    assert kinds(verdicts) == [SENT] * len(messages)
    assert all(one.provider_id for one in verdicts)
    assert len(server.requests) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_one_bad_address_is_refused_and_no_other(provider, account, hand_over):
    server, messages = account(provider), messages_for(provider)
    bad = next(one for one in messages if one.recipient.startswith("reader+1"))
    server.respond = WORDS[provider].address(provider, bad.recipient)
    verdicts = hand_over(messages)
    expected = [REFUSED if one is bad else SENT for one in messages]
    assert kinds(verdicts) == expected
    assert verdicts[messages.index(bad)].reason


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_wrong_key_is_broken_for_all(provider, account, hand_over):
    server, messages = account(provider), messages_for(provider)
    answering(server, WORDS[provider].key)
    verdicts = hand_over(messages)
    assert kinds(verdicts) == [BROKEN] * len(messages)
    assert PROVIDERS[provider].title in verdicts[0].reason
    assert KEY not in verdicts[0].reason
    assert len(server.requests) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_unverified_domain_is_broken_in_its_words(provider, account, hand_over):
    server, messages = account(provider), messages_for(provider)
    answering(server, WORDS[provider].domain)
    verdicts = hand_over(messages)
    assert kinds(verdicts) == [BROKEN] * len(messages)
    assert WORDS[provider].said in verdicts[0].reason
    assert len(server.requests) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_too_many_is_later_for_all(provider, account, hand_over):
    server, messages = account(provider), messages_for(provider)
    answering(server, WORDS[provider].later)
    verdicts = hand_over(messages)
    assert kinds(verdicts) == [BUSY] * len(messages)
    if provider != "amazon_ses":  # which names no seconds
        assert {one.retry_after for one in verdicts} == {7}
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_fault_of_theirs_is_later(provider, status, account, hand_over):
    server, messages = account(provider), messages_for(provider)
    answering(server, Answer(status, {"message": "Out of order"}))
    verdicts = hand_over(messages)
    assert kinds(verdicts) == [BUSY] * len(messages)
    assert len(server.requests) == 1


@pytest.mark.parametrize("end", [CUT, HANG])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_end_that_nobody_knows_is_in_doubt(
    provider, end, account, hand_over, settings
):
    settings.LEASE_SECONDS = 2  # half a second for an answer
    server, messages = account(provider), messages_for(provider)
    answering(server, end)
    verdicts = hand_over(messages)
    assert kinds(verdicts) == [IN_DOUBT] * len(messages)
    if provider not in AGAIN:
        assert len(server.requests) == 1


@pytest.mark.parametrize("provider", sorted(AGAIN))
def test_with_a_key_it_is_asked_again(provider, account, hand_over):
    server, messages = account(provider), messages_for(provider)
    server.answers = [CUT]
    assert kinds(hand_over(messages)) == [SENT] * len(messages)
    first, second = server.requests
    assert first.body == second.body


def test_of_a_call_that_sparkpost_takes_in_part_nobody_knows_whom(account, hand_over):
    """It says how many it refused, and not which: nobody may get a second one."""
    server, messages = account("sparkpost"), messages_for("sparkpost")
    totals = {"total_accepted_recipients": 3, "total_rejected_recipients": 1}
    answering(server, Answer(200, {"results": totals | {"id": "7"}}))
    verdicts = hand_over(messages)
    assert kinds(verdicts) == [IN_DOUBT] * 4
    assert len(server.requests) == 1


def test_whom_mailersend_will_not_mail_is_refused(account, hand_over):
    server, (message,) = account("mailersend"), messages_to("Noor")
    warning = {
        "type": "ALL_SUPPRESSED",
        "recipients": [{"email": message.recipient, "reasons": ["hard_bounced"]}],
    }
    headers = {"Content-Type": "application/json"}
    answering(server, Answer(202, {"warnings": [warning]}, headers))
    (verdict,) = hand_over([message])
    assert verdict.kind is REFUSED
    assert "hard_bounced" in verdict.reason


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        ("brevo", Answer(402, {"code": "not_enough_credits", "message": "No more"})),
        ("mailersend", Answer(422, {"message": "Trial accounts #MS42225"})),
        ("mailgun", Answer(400, {"message": "Sandbox subdomains are for test"})),
        ("mailgun", Answer(403, {"message": "Please activate your Mailgun account"})),
        ("mandrill", Answer(500, {"name": "PaymentRequired", "message": "Pay"})),
        ("postmark", Answer(422, {"ErrorCode": 405, "Message": "Not allowed"})),
        ("postmark", Answer(422, {"ErrorCode": 412, "Message": "Pending approval"})),
        ("resend", Answer(429, {"name": "monthly_quota_exceeded", "message": "No"})),
        ("scaleway", Answer(403, {"type": "quotas_exceeded", "message": "No more"})),
        ("sendgrid", Answer(401, {"errors": [{"message": "Maximum credits"}]})),
        ("sparkpost", Answer(420, {"errors": [{"message": "Exceed Sending Limit"}]})),
    ],
)
def test_an_account_that_may_send_no_more_is_broken(
    provider, answer, account, hand_over
):
    server, messages = account(provider), messages_for(provider)
    answering(server, answer)
    assert kinds(hand_over(messages)) == [BROKEN] * len(messages)
    assert len(server.requests) == 1


@pytest.mark.parametrize("provider", ["mailjet", "mandrill", "unisender_go"])
def test_an_answer_that_names_addresses_in_small_letters_is_understood(
    provider, account, hand_over
):
    server = account(provider)
    messages = messages_to(*NAMES) if PROVIDERS[provider].merge else messages_to("Noor")
    answer = server.respond

    def in_small_letters(request):
        given = answer(request)
        words = json.dumps(given.body).replace("Reader.", "reader.")
        return Answer(given.status, json.loads(words))

    server.respond = in_small_letters
    assert kinds(hand_over(messages)) == [SENT] * len(messages)

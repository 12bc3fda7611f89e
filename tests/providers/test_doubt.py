"""What nobody knows is never asked again, unless the provider knows the call again."""

import time
import uuid

import pytest

from senders.transports import make_transport
from senders.transports.providers import PROVIDERS
from senders.transports.providers.transport import ProviderTransport
from tests.providers.handing import (
    BROKEN,
    BUSY,
    IN_DOUBT,
    REFUSED,
    SENT,
    kinds,
    readers,
)
from tests.providers.server import CUT, HALF, HANG, Answer, provider_server
from tests.smtp_server import Certificate, nobodys_port

NONSENSE = Answer(200, ["what"])
IDEMPOTENT = ("brevo", "resend")


def count_of(provider):
    """As many messages as one call takes in this test."""
    return 3 if PROVIDERS[provider].merge else 1


def patience_for(end):
    """Seconds: few for a server that hangs, many for a machine that is busy."""
    return 0.4 if end is HANG else 5.0


# --- Without a key ---------------------------------------------------------------


@pytest.mark.parametrize("end", [CUT, HANG, HALF, NONSENSE, Answer(504), Answer(524)])
@pytest.mark.parametrize("provider", ["mailgun", "mailjet", "postmark"])
def test_a_call_whose_end_nobody_knows_is_in_doubt_and_not_repeated(
    account, hand_over, provider, end
):
    server = account(provider)
    server.answers = [end]
    verdicts = hand_over(readers(count_of(provider)), patience=patience_for(end))
    assert kinds(verdicts) == [IN_DOUBT] * count_of(provider)
    assert len(server.requests) == 1
    assert PROVIDERS[provider].title in verdicts[0].reason


def test_the_reason_of_a_doubt_says_what_the_line_said(account, hand_over):
    server = account("mailgun")
    server.answers = [HANG]
    (verdict,) = hand_over(readers(1), patience=patience_for(HANG))
    assert verdict.reason.startswith("no answer from Mailgun: ")
    assert "timed out" in verdict.reason


# --- With a key ------------------------------------------------------------------


def key_in(request):
    if "idempotency-key" in request.headers:
        return request.headers["idempotency-key"]
    return request.json["headers"]["idempotencyKey"]


@pytest.mark.parametrize("end", [CUT, HANG, HALF, NONSENSE, Answer(504)])
@pytest.mark.parametrize("provider", IDEMPOTENT)
def test_with_a_key_the_very_same_call_is_repeated(account, hand_over, provider, end):
    server = account(provider)
    server.answers = [end]
    verdicts = hand_over(readers(count_of(provider)), patience=patience_for(end))
    assert kinds(verdicts) == [SENT] * count_of(provider)
    first, second = server.requests
    assert first.body == second.body
    assert key_in(first) == key_in(second)
    assert uuid.UUID(key_in(first))


@pytest.mark.parametrize("provider", IDEMPOTENT)
def test_each_call_has_a_key_of_its_own(account, hand_over, provider):
    server = account(provider)
    hand_over(readers(1))
    hand_over(readers(1))
    assert len({key_in(request) for request in server.requests}) == 2


@pytest.mark.parametrize("provider", IDEMPOTENT)
def test_repetitions_end_in_doubt(account, hand_over, provider):
    server = account(provider)
    server.respond = lambda _request: CUT
    verdicts = hand_over(readers(1))
    assert kinds(verdicts) == [IN_DOUBT]
    assert len(server.requests) == 4
    assert len({key_in(request) for request in server.requests}) == 1


def test_a_key_that_was_seen_before_means_that_the_mails_are_taken(account, hand_over):
    server = account("brevo")
    seen = Answer(400, {"code": "duplicate_parameter", "message": "Key was used"})
    server.answers = [CUT, seen]
    assert kinds(hand_over(readers(3))) == [SENT] * 3
    assert len(server.requests) == 2


def test_a_refusal_in_unknown_words_may_be_of_the_key_and_settles_nothing(
    account, hand_over
):
    server = account("brevo")
    server.answers = [CUT, *[Answer(400, {"message": "This was here before"})] * 3]
    assert kinds(hand_over(readers(3))) == [IN_DOUBT] * 3
    assert len({key_in(request) for request in server.requests}) == 1


def test_a_call_that_is_still_going_on_is_waited_for(account, hand_over):
    server = account("resend")
    busy = Answer(409, {"name": "concurrent_idempotent_requests", "message": "Wait"})
    server.answers = [CUT, busy]
    assert kinds(hand_over(readers(1))) == [SENT]
    server.answers = [CUT, busy, busy, busy]
    assert kinds(hand_over(readers(1))) == [IN_DOUBT]


def test_a_repetition_that_is_refused_settles_the_doubt(account, hand_over):
    server = account("resend")
    server.answers = [CUT, Answer(422, {"message": "Invalid `to` field."})]
    (verdict,) = hand_over(readers(1))
    assert verdict.kind is REFUSED
    assert "Invalid `to` field." in verdict.reason


# --- Never left ------------------------------------------------------------------


def test_where_nobody_listens_it_tries_for_a_while_and_is_broken(
    account, hand_over, settings
):
    account("mailgun")
    url = f"http://127.0.0.1:{nobodys_port()}/v3"
    settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_API_URL": url}
    begun = time.monotonic()
    verdicts = hand_over(readers(3))
    assert time.monotonic() - begun > 0.2
    assert kinds(verdicts) == [BROKEN] * 3
    assert verdicts[0].reason.startswith("no connection to Mailgun: ")
    assert "Connection refused" in verdicts[0].reason


def test_a_name_that_is_not_found_is_broken(account, hand_over, settings):
    account("mailgun")
    url = "http://api.nowhere.invalid/v3"
    settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_API_URL": url}
    assert kinds(hand_over(readers(1))) == [BROKEN]


def test_an_address_that_is_no_url_is_broken(account, hand_over, settings):
    account("mailgun")
    settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_API_URL": "api.mailgun.example"}
    assert kinds(hand_over(readers(1))) == [BROKEN]


def test_a_certificate_that_nobody_signed_is_broken_at_once(
    account, hand_over, settings, monkeypatch
):
    account("mailgun")
    monkeypatch.setattr("senders.transports.providers.asking.NO_CONNECTION", 30.0)
    begun = time.monotonic()
    with provider_server(tls=Certificate().context) as server:
        settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_API_URL": f"{server.url}/v3"}
        (verdict,) = hand_over(readers(1))
        assert verdict.kind is BROKEN
        assert "certificate verify failed" in verdict.reason
        assert server.requests == []
    assert time.monotonic() - begun < 15


def test_a_server_that_hangs_up_in_the_handshake_has_seen_nothing(
    account, hand_over, settings
):
    account("mailgun")
    with provider_server() as server:  # it speaks no TLS
        url = server.url.replace("http:", "https:")
        settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_API_URL": f"{url}/v3"}
        verdicts = hand_over(readers(2))
    assert kinds(verdicts) == [BROKEN] * 2
    assert verdicts[0].reason.startswith("no connection to Mailgun: ")


def test_a_trusted_certificate_of_another_host_is_broken(
    account, hand_over, settings, monkeypatch
):
    account("mailgun")
    certificate = Certificate()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.file))
    with provider_server(tls=certificate.context) as server:
        settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_API_URL": f"{server.url}/v3"}
        (verdict,) = hand_over(readers(1))
    assert verdict.kind is BROKEN
    assert "mismatch" in verdict.reason
    assert server.requests == []


# --- Nothing that a client does by itself ----------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_key_follows_a_redirect(account, hand_over, status):
    server = account("brevo")
    with provider_server() as elsewhere:
        server.respond = lambda _request: Answer(
            status, {}, {"Location": f"{elsewhere.url}/v3/"}
        )
        verdicts = hand_over(readers(2))
        assert elsewhere.requests == []
    assert kinds(verdicts) == [BROKEN] * 2
    assert len(server.requests) == 1


def test_no_password_is_read_from_the_home_folder(
    account, hand_over, monkeypatch, tmp_path
):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login jan password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = account("brevo")
    assert kinds(hand_over(readers(1))) == [SENT]
    assert "authorization" not in server.requests[0].headers


def test_a_connection_that_was_idle_is_not_used_again(account, monkeypatch):
    server = account("mailgun")
    transport = make_transport()
    assert isinstance(transport, ProviderTransport)
    for _round in range(2):
        transport.connect(1)
        transport.hand_over(readers(1))
    assert server.connections == 1
    transport.asker.caller.used_at -= 5
    transport.connect(1)
    assert kinds(transport.hand_over(readers(1))) == [SENT]
    assert server.connections == 2
    transport.close()


def test_a_mail_that_anymail_cannot_say_has_not_left(account, hand_over, monkeypatch):
    server = account("mailgun")

    def stumble(*_arguments):
        raise KeyError("what")

    monkeypatch.setattr(
        "anymail.backends.mailgun.MailgunPayload.set_merge_data", stumble
    )
    verdicts = hand_over(readers(2))
    assert kinds(verdicts) == [REFUSED] * 2
    assert server.requests == []


def test_an_answer_in_the_middle_of_a_batch_is_busy_for_all(account, hand_over):
    server = account("mailgun")
    server.respond = lambda _request: Answer(
        429, {"message": "Slow down"}, {"Retry-After": "7"}
    )
    verdicts = hand_over(readers(3))
    assert kinds(verdicts) == [BUSY] * 3
    assert {one.retry_after for one in verdicts} == {7}

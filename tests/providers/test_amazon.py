"""Amazon SES: one request is sent once, and its codes are verdicts."""

import threading

import pytest

from senders.transports import make_transport
from senders.transports.base import Broken
from tests.providers.handing import (
    BROKEN,
    BUSY,
    IN_DOUBT,
    REFUSED,
    SENT,
    kinds,
    readers,
)
from tests.providers.server import CUT, HANG, Answer
from tests.smtp_server import nobodys_port


def refusal(status, code, message="No, because."):
    return Answer(status, {"message": message}, {"x-amzn-ErrorType": code})


@pytest.fixture
def amazon(account, settings):
    """An account whose client would try again, if it were left to itself."""
    server = account("amazon_ses")
    params = settings.ANYMAIL["AMAZON_SES_CLIENT_PARAMS"]
    own = {"retries": {"total_max_attempts": 4}, "read_timeout": 0.5}
    settings.ANYMAIL = {"AMAZON_SES_CLIENT_PARAMS": params | {"config": own}}
    return server


@pytest.mark.parametrize("end", [CUT, HANG])
def test_one_mail_is_one_request_whatever_becomes_of_it(amazon, hand_over, end):
    amazon.respond = lambda _request: end
    (verdict,) = hand_over(readers(1))
    assert verdict.kind is IN_DOUBT
    assert verdict.reason.startswith("no answer from Amazon SES: ")
    assert len(amazon.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(400, "MessageRejected", "Address is blacklisted."), REFUSED),
        (refusal(400, "BadRequestException"), REFUSED),
        (
            refusal(
                400,
                "MessageRejected",
                "Email address is not verified. The following identities failed the"
                " check in region EU-WEST-1: nieuws@lageland.example",
            ),
            BROKEN,
        ),
        (refusal(400, "MailFromDomainNotVerifiedException"), BROKEN),
        (refusal(400, "AccountSuspendedException"), BROKEN),
        (refusal(400, "SendingPausedException"), BROKEN),
        (refusal(403, "SignatureDoesNotMatch"), BROKEN),
        (refusal(403, "UnrecognizedClientException"), BROKEN),
        (refusal(403, "AccessDeniedException"), BROKEN),
        (refusal(404, "NotFoundException"), BROKEN),
        (refusal(429, "TooManyRequestsException"), BUSY),
        (refusal(400, "ThrottlingException"), BUSY),
        (refusal(400, "LimitExceededException"), BUSY),
        (refusal(500, "InternalFailure"), BUSY),
        (refusal(503, "ServiceUnavailable"), BUSY),
    ],
)
def test_each_code_has_its_verdict(amazon, hand_over, answer, kind):
    amazon.respond = lambda _request: answer
    (verdict,) = hand_over(readers(1))
    assert verdict.kind is kind
    assert len(amazon.requests) == 1
    assert answer.body["message"] in verdict.reason
    assert answer.headers["x-amzn-ErrorType"] in verdict.reason


@pytest.mark.parametrize("answer", [Answer(504), Answer(200, b"what"), Answer(200, {})])
def test_an_answer_that_makes_no_sense_leaves_it_in_doubt(amazon, hand_over, answer):
    amazon.respond = lambda _request: answer
    assert kinds(hand_over(readers(1))) == [IN_DOUBT]
    assert len(amazon.requests) == 1


def test_it_is_told_how_long_to_wait(amazon, hand_over):
    amazon.respond = lambda _request: Answer(
        429, {"message": "Slowly"}, {"Retry-After": "30"}
    )
    assert hand_over(readers(1))[0].retry_after == 30


def test_its_id_comes_back(amazon, hand_over):
    amazon.respond = lambda _request: Answer(200, {"MessageId": "0102-abc"})
    (verdict,) = hand_over(readers(1))
    assert (verdict.kind, verdict.provider_id) == (SENT, "0102-abc")


def test_where_nobody_listens_it_is_broken(amazon, hand_over, settings):
    params = settings.ANYMAIL["AMAZON_SES_CLIENT_PARAMS"]
    url = f"http://127.0.0.1:{nobodys_port()}"
    settings.ANYMAIL = {
        "AMAZON_SES_CLIENT_PARAMS": params | {"endpoint_url": url},
    }
    (verdict,) = hand_over(readers(1))
    assert verdict.kind is BROKEN
    assert verdict.reason.startswith("no connection to Amazon SES: ")


def test_without_a_region_it_is_broken(amazon, settings, monkeypatch, tmp_path):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    settings.ANYMAIL = {}
    with pytest.raises(Broken, match="region"):
        make_transport().connect(1)


def test_without_a_key_it_is_broken(amazon, settings, monkeypatch, hand_over, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    params = {"endpoint_url": amazon.url, "region_name": "eu-west-1"}
    settings.ANYMAIL = {"AMAZON_SES_CLIENT_PARAMS": params}
    (verdict,) = hand_over(readers(1))
    assert verdict.kind is BROKEN
    assert "credentials" in verdict.reason
    assert amazon.requests == []


def test_several_lines_share_one_client(amazon, settings):
    settings.SMTP_CONNECTIONS = 4
    together = threading.Barrier(4)

    def respond(_request):
        if len(amazon.requests) > 1 + 2:
            together.wait(30)  # none is answered before all four are there
        return Answer(200, {"MessageId": "0102-abc"})

    amazon.respond = respond
    transport = make_transport()
    for _round in range(3):
        messages = readers(transport.connect(4))
        assert kinds(transport.hand_over(messages)) == [SENT] * len(messages)
    transport.close()
    assert amazon.most_at_once == 4

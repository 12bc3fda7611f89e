"""What doctor learns of a provider: about the key, and about the domain."""

import pytest
from django.utils import translation

from senders.transports.checking import check_transport
from senders.transports.providers import PROVIDERS
from tests.providers.rows import KEY
from tests.providers.server import CUT, Answer

DOMAIN = "gemeente.example"
OVER_HTTP = sorted(set(PROVIDERS) - {"amazon_ses"})
BAD_KEY = Answer(401, {"message": f"The key {KEY} is unknown"})


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def check(*domains):
    found = check_transport(domains=domains or (DOMAIN,))
    return [(str(one.severity), one.message) for one in found]


@pytest.mark.parametrize("provider", OVER_HTTP)
def test_a_good_key_is_said(account, provider):
    server = account(provider)
    server.respond, server.answer = None, Answer(200, {})
    assert check()[0] == ("ok", f"{PROVIDERS[provider].title} takes our key.")
    assert KEY in str(server.requests[0].headers) or _in_basic(server.requests[0])


def _in_basic(request):
    return "basic" in request.headers.get("authorization", "").lower() or KEY in (
        request.text
    )


@pytest.mark.parametrize("provider", OVER_HTTP)
def test_a_wrong_key_is_an_error_in_the_providers_words_without_the_key(
    account, provider
):
    server = account(provider)
    server.respond, server.answer = None, BAD_KEY
    ((how, said),) = check()
    assert how == "error"
    assert "does not let us in (401 The key … is unknown)" in said
    assert len(server.requests) == 1


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
@pytest.mark.parametrize(
    ("answer", "how"),
    [(Answer(500, b"<h1>Oops</h1>"), {"error", "warning"}), (CUT, {"error"})],
    ids=["fails", "cut"],
)
def test_a_provider_in_trouble_is_a_sentence(account, provider, answer, how):
    server = account(provider)
    server.respond, server.answer = None, answer
    ((found, said),) = check()
    assert found in how
    assert said.startswith(PROVIDERS[provider].title)
    assert len(server.requests) == 1


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_a_provider_that_is_not_there_is_an_error(account, provider, settings):
    account(provider)
    for name, value in settings.ANYMAIL.items():
        if name.endswith("_API_URL"):
            settings.ANYMAIL[name] = "http://127.0.0.1:1/"
        if name == "AMAZON_SES_CLIENT_PARAMS":
            value["endpoint_url"] = "http://127.0.0.1:1/"
    ((how, said),) = check()
    assert how == "error"
    assert "cannot be reached" in said
    assert KEY not in said


def test_a_redirect_takes_the_key_nowhere(account):
    server = account("brevo")
    server.respond = None
    server.answer = Answer(302, b"", {"Location": f"{server.url}/elsewhere"})
    ((how, _said),) = check()
    assert how in ("error", "warning")
    assert len(server.requests) == 1


def test_a_no_with_a_good_status_is_a_no(account):
    server = account("postal")
    server.respond = None
    data = {"code": "InvalidServerAPIKey", "message": "The API token is not valid"}
    server.answer = Answer(200, {"status": "error", "data": data})
    assert check()[0][0] == "error"
    server.answer = Answer(
        200, {"status": "error", "data": {"code": "MessageNotFound"}}
    )
    assert check()[0][0] == "ok"


GOOD_DOMAIN = {
    "brevo": {"domain": DOMAIN, "verified": True, "authenticated": True},
    "mailersend": {"data": [{"name": DOMAIN, "is_verified": True}]},
    "mailgun": {"domain": {"name": DOMAIN, "state": "active"}},
    "mandrill": [{"domain": DOMAIN, "valid_signing": True}],
    "resend": {"data": [{"name": DOMAIN, "status": "verified"}]},
    "scaleway": {"total_count": 1, "domains": [{"name": DOMAIN, "status": "checked"}]},
    "sendgrid": [{"domain": DOMAIN, "valid": True}],
    "sparkpost": {"results": {"status": {"ownership_verified": True}}},
}
BAD_DOMAIN = {
    "brevo": {"domain": DOMAIN, "verified": True, "authenticated": False},
    "mailersend": {"data": [{"name": DOMAIN, "is_verified": False}]},
    "mailgun": {"domain": {"name": DOMAIN, "state": "unverified"}},
    "mandrill": [{"domain": DOMAIN, "valid_signing": False}],
    "resend": {"data": [{"name": DOMAIN, "status": "pending"}]},
    "scaleway": {"domains": [{"name": DOMAIN, "status": "unchecked"}]},
    "sendgrid": [{"domain": "another.example", "valid": True}],
    "sparkpost": {"results": {"status": {"ownership_verified": False}}},
}


@pytest.mark.parametrize("provider", sorted(GOOD_DOMAIN))
def test_a_domain_that_the_provider_verified_is_ok_and_another_an_error(
    account, provider
):
    server = account(provider)
    server.respond = None
    title = PROVIDERS[provider].title
    server.answers = [Answer(200, {}), Answer(200, GOOD_DOMAIN[provider])]
    assert check()[1] == ("ok", f"{title} has verified {DOMAIN}.")
    server.answers = [Answer(200, {}), Answer(200, BAD_DOMAIN[provider])]
    how, said = check()[1]
    assert how == "error"
    assert said.startswith(f"{title} has not verified {DOMAIN}, so it refuses mail")


@pytest.mark.parametrize("provider", sorted(GOOD_DOMAIN))
@pytest.mark.parametrize(
    "answer", [Answer(403, {"message": "no"}), Answer(200, b"x"), Answer(200, [1])]
)
def test_what_the_provider_does_not_tell_of_a_domain_is_not_said(
    account, provider, answer
):
    server = account(provider)
    server.respond = None
    server.answers = [Answer(200, {}), answer]
    found = check()
    # An empty list of domains is an answer: ours is not in it.
    assert [how for how, _said in found] in (["ok"], ["ok", "error"])
    assert len(found) == 1 or answer.body == [1]


def test_a_list_covers_the_names_under_a_domain_and_nothing_that_ends_alike(account):
    server = account("resend")
    server.respond = None
    for domain, how in (
        ("news.gemeente.example", "ok"),
        ("xgemeente.example", "error"),
    ):
        server.answers = [Answer(200, {}), Answer(200, GOOD_DOMAIN["resend"])]
        assert check(domain)[1][0] == how


def test_mailgun_is_asked_about_the_domain_that_it_sends_from(account, settings):
    server = account("mailgun")
    server.respond, server.answer = None, Answer(400, {"message": "to is missing"})
    settings.ANYMAIL["MAILGUN_SENDER_DOMAIN"] = "mg.gemeente.example"
    assert check()[0][0] == "ok"
    assert server.requests[0].path == "/api/mg.gemeente.example/messages"


AMAZON = {
    "SendingEnabled": True,
    "ProductionAccessEnabled": True,
}


def test_amazon_says_what_it_knows(account):
    server = account("amazon_ses")
    server.respond = None
    server.answers = [
        Answer(200, AMAZON),
        Answer(200, {"VerifiedForSendingStatus": True}),
    ]
    assert [how for how, _said in check()] == ["ok", "ok"]
    server.answers = [
        Answer(200, AMAZON | {"ProductionAccessEnabled": False}),
        Answer(200, {"VerifiedForSendingStatus": False}),
    ]
    assert [how for how, _said in check()] == ["warning", "error"]
    assert [request.method for request in server.requests] == ["GET"] * 4


@pytest.mark.parametrize(
    ("code", "status", "how"),
    [
        ("UnrecognizedClientException", 403, "error"),
        ("AccessDeniedException", 403, "warning"),
        ("InternalFailure", 500, "error"),
    ],
)
def test_amazon_refuses_in_its_own_words(account, code, status, how):
    server = account("amazon_ses")
    server.respond = None
    headers = {"x-amzn-ErrorType": code}
    server.answer = Answer(status, {"message": "The token is invalid."}, headers)
    ((found, said),) = check()
    assert found == how
    assert how == "warning" or "The token is invalid" in said
    assert len(server.requests) == 1


def test_a_domain_that_amazon_does_not_know_is_a_warning(account):
    server = account("amazon_ses")
    server.respond = None
    headers = {"x-amzn-ErrorType": "NotFoundException"}
    server.answers = [Answer(200, AMAZON), Answer(404, {"message": "none"}, headers)]
    assert [how for how, _said in check()] == ["ok", "warning"]


def test_a_setting_that_the_provider_lacks_is_an_error(account, settings):
    account("brevo")
    settings.ANYMAIL = {}
    ((how, said),) = check()
    assert how == "error"
    assert "BREVO_API_KEY" in said

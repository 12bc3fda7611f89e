"""What each provider answers when it does not take a mail, by its documents."""

from dataclasses import dataclass

from tests.providers import parts
from tests.providers.parts import in_part, later, whole_call
from tests.providers.server import Answer


@dataclass(frozen=True)
class Words:
    """The answers of one provider; `domain` and `key` are about us."""

    key: Answer  # a wrong key
    domain: Answer  # a sender's domain that nobody has verified
    said: str  # some words of it
    later: Answer  # too many requests, with seconds to wait
    address: object  # makes the answer to a call with this bad address in it


def _amazon(status, code, words):
    return Answer(status, {"message": words}, {"x-amzn-ErrorType": f"{code}:"})


WORDS = {
    "amazon_ses": Words(
        key=_amazon(403, "UnrecognizedClientException", "The token is invalid."),
        domain=_amazon(
            400,
            "MessageRejected",
            "Email address is not verified. The following identities failed the check"
            " in region EU-WEST-1: nieuws@lageland.example",
        ),
        said="Email address is not verified",
        later=_amazon(
            429, "TooManyRequestsException", "Maximum sending rate exceeded."
        ),
        address=whole_call(400, {"message": "Illegal address"}),
    ),
    "brevo": Words(
        key=Answer(401, {"code": "unauthorized", "message": "Key not found"}),
        domain=Answer(
            400,
            {
                "code": "invalid_parameter",
                "message": "Sending has been rejected because the sender you used"
                " nieuws@lageland.example is not valid. Validate your sender or"
                " authenticate your domain",
            },
        ),
        said="authenticate your domain",
        later=later({"code": "too_many_requests", "message": "Slow down"}),
        address=whole_call(
            400, {"code": "invalid_parameter", "message": "email is not valid in to"}
        ),
    ),
    "mailersend": Words(
        key=Answer(401, {"message": "Unauthenticated."}),
        domain=Answer(
            422,
            {
                "message": "The given data was invalid.",
                "errors": {
                    "from.email": [
                        "The from.email domain must be verified in your account to send"
                        " emails. #MS42207"
                    ]
                },
            },
        ),
        said="must be verified in your account",
        later=later(),
        address=whole_call(
            422,
            {
                "message": "The given data was invalid.",
                "errors": {"0.to.0.email": ["The 0.to.0.email must be valid."]},
            },
        ),
    ),
    "mailgun": Words(
        key=Answer(401, b"Forbidden", {"Content-Type": "text/html"}),
        domain=Answer(404, {"message": "Domain not found: lageland.example"}),
        said="Domain not found",
        later=later(),
        address=whole_call(400, {"message": "to parameter is not a valid address."}),
    ),
    "mailjet": Words(
        key=Answer(401, {"ErrorCode": "mj-0015", "ErrorMessage": "No credentials"}),
        domain=parts.mailjet_domain,
        said="not an authorized sender",
        later=later({"ErrorCode": "mj-0429", "ErrorMessage": "Slow down"}),
        address=in_part(parts.mailjet_part),
    ),
    "mailtrap": Words(
        key=Answer(401, {"success": False, "errors": ["Unauthorized"]}),
        domain=parts.mailtrap_domain,
        said="is not allowed",
        later=later({"success": False, "errors": ["Slow down"]}),
        address=in_part(parts.mailtrap_part),
    ),
    "mandrill": Words(
        key=Answer(
            500,
            {
                "status": "error",
                "code": -1,
                "name": "Invalid_Key",
                "message": "Invalid API key",
            },
        ),
        domain=parts.mandrill_domain,
        said="unsigned",
        later=later(),
        address=in_part(parts.mandrill_part),
    ),
    "postal": Words(
        key=Answer(200, {"status": "error", "data": {"code": "InvalidServerAPIKey"}}),
        domain=Answer(
            200,
            {
                "status": "error",
                "data": {
                    "code": "UnauthenticatedFromAddress",
                    "message": "The From address is not authorised to send mail",
                },
            },
        ),
        said="not authorised to send",
        later=later(),
        address=whole_call(
            200,
            {"status": "parameter-error", "data": {"message": "`to` is not valid"}},
        ),
    ),
    "postmark": Words(
        key=Answer(401, {"ErrorCode": 10, "Message": "No such server token"}),
        domain=Answer(
            422,
            {
                "ErrorCode": 400,
                "Message": "The 'From' address you supplied is not a Sender Signature",
            },
        ),
        said="not a Sender Signature",
        later=later({"ErrorCode": 429, "Message": "Slow down"}),
        address=whole_call(
            422,
            {
                "ErrorCode": 406,
                "Message": "You tried to send to a recipient that has been marked as"
                " inactive. Found inactive addresses: reader+1@xn--mller-kva.example."
                " Inactive recipients are ones that have generated a hard bounce.",
            },
        ),
    ),
    "resend": Words(
        key=Answer(401, {"name": "missing_api_key", "message": "Missing API key"}),
        domain=Answer(
            403,
            {
                "name": "validation_error",
                "message": "The lageland.example domain is not verified.",
            },
        ),
        said="domain is not verified",
        later=later({"name": "rate_limit_exceeded", "message": "Slow down"}),
        address=whole_call(
            422, {"name": "validation_error", "message": "Invalid `to` field."}
        ),
    ),
    "scaleway": Words(
        key=Answer(401, {"type": "denied_authentication", "message": "no"}),
        domain=Answer(
            400,
            {
                "type": "invalid_arguments",
                "message": "the domain lageland.example is not checked",
            },
        ),
        said="is not checked",
        later=later(),
        address=whole_call(
            400,
            {
                "type": "invalid_arguments",
                "message": "invalid argument(s)",
                "details": [{"argument_name": "to", "reason": "constraint"}],
            },
        ),
    ),
    "sendgrid": Words(
        key=Answer(401, {"errors": [{"message": "The grant is invalid"}]}),
        domain=Answer(
            403,
            {
                "errors": [
                    {
                        "message": "The from address does not match a verified Sender"
                        " Identity. Mail cannot be sent until this error is resolved.",
                        "field": "from",
                    }
                ]
            },
        ),
        said="verified Sender Identity",
        later=later({"errors": [{"message": "Slow down"}]}),
        address=whole_call(
            400, {"errors": [{"message": "Does not contain a valid address."}]}
        ),
    ),
    "sparkpost": Words(
        key=Answer(401, {"errors": [{"message": "Unauthorized."}]}),
        domain=Answer(
            400,
            {"errors": [{"message": "Unconfigured Sending Domain <lageland.example>"}]},
        ),
        said="Unconfigured Sending Domain",
        later=later({"errors": [{"message": "Slow down"}]}),
        address=whole_call(422, {"errors": [{"message": "email must be valid"}]}),
    ),
    "unisender_go": Words(
        key=Answer(401, {"status": "error", "code": 102, "message": "No such key"}),
        domain=Answer(
            400,
            {
                "status": "error",
                "code": 204,
                "message": "The domain of from_email is not verified",
            },
        ),
        said="is not verified",
        later=later({"status": "error", "message": "Slow down"}),
        address=in_part(parts.unisender_part),
    ),
}

"""The providers that are asked once for each mail. Pure."""

import re

from senders.transports.providers.facts import (
    QUIET,
    Carries,
    Idempotency,
    LogIn,
    Provider,
    Where,
    anymail,
    ours,
    words,
)

ONE_AT_A_TIME: dict[str, Provider] = {
    "amazon_ses": Provider(
        title="Amazon SES",
        backend=anymail("amazon_ses"),
        needs=(),  # boto3 finds key and region in many places
        leaves_out=frozenset(),  # it gets the very bytes
        about_us=words(
            "not verified",
            "MailFromDomainNotVerified",
            "AccountSuspended",
            "SendingPaused",
            "configuration set .{0,100}not exist",
            "InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch",
        ),
    ),
    "mandrill": Provider(
        title="Mandrill",
        backend=anymail("mandrill"),
        needs=("MANDRILL_API_KEY",),
        # Its merge tags are not filled in in List-Unsubscribe: so no mail for many.
        quiet=QUIET,
        extra={
            "message": {
                "merge": False,
                "auto_text": False,
                "auto_html": False,
                "inline_css": False,
                "view_content_link": False,
                "preserve_recipients": False,
            }
        },
        about_us=words(
            r"\bInvalid_Key\b",
            r"\bPaymentRequired\b",
            r"\bUnknown_Subaccount\b",
            r'"reject_reason":\s*"(unsigned|invalid-sender|test-mode-limit)"',
        ),
        log_in=LogIn("POST", "users/ping2.json", body={"key": "{MANDRILL_API_KEY}"}),
    ),
    "postal": Provider(
        title="Postal",
        backend=anymail("postal"),
        needs=("POSTAL_API_KEY", "POSTAL_API_URL"),
        carries=Carries.TAG,
        headers={"X-AMP": "skip"},  # neither opens nor clicks
        about_us=words(
            r"\b(UnauthenticatedFromAddress|FromAddressMissing)\b",
            r"\b(InvalidServerAPIKey|AccessDenied|ServerSuspended)\b",
        ),
        untaken=re.compile(r'"status":\s*"(error|parameter-error)"'),
        log_in=LogIn(
            "POST",
            "api/v1/messages/message",
            {"X-Server-API-Key": "{POSTAL_API_KEY}"},
            body={"id": 0},
        ),
    ),
    "postmark": Provider(
        title="Postmark",
        backend=anymail("postmark"),
        needs=("POSTMARK_SERVER_TOKEN",),
        leaves_out=frozenset({"date"}),
        headers={"X-PM-KeepID": "true"},  # our Message-ID stays
        quiet=QUIET,
        about_us=words(
            r'"ErrorCode":\s*(10|40[015]|41[23])\b',
            "'From' address",
            "sender signature",
            "pending approval",
            "message ?stream",
        ),
        log_in=LogIn(
            "GET",
            "server",
            {
                "Accept": "application/json",
                "X-Postmark-Server-Token": "{POSTMARK_SERVER_TOKEN}",
            },
        ),
    ),
    "resend": Provider(
        title="Resend",
        backend=ours("Resend"),
        needs=("RESEND_API_KEY",),
        # Opens and clicks are a matter of the domain's settings there.
        idempotency=Idempotency(
            name="Idempotency-Key", where=Where.REQUEST, seconds=86400
        ),
        about_us=words(
            "domain is not verified",
            r"\b(daily|monthly)_quota_exceeded\b",
            r"\binvalid_from_address\b",
            r"\b(invalid|missing|restricted|suspended)_api_key\b",
            "only send testing emails",
        ),
        log_in=LogIn(
            "POST", "emails", {"Authorization": "Bearer {RESEND_API_KEY}"}, body={}
        ),
    ),
    "scaleway": Provider(
        title="Scaleway",
        backend=anymail("scaleway"),
        needs=("SCALEWAY_SECRET_KEY", "SCALEWAY_PROJECT_ID"),
        # It tracks nothing.
        about_us=words(
            "domain .{0,100}(not checked|not verified|unchecked)",
            r"\b(permissions_denied|denied_authentication|quotas_exceeded)\b",
            r"\bprecondition_failed\b",
        ),
        log_in=LogIn(
            "POST",
            "emails",
            {"X-Auth-Token": "{SCALEWAY_SECRET_KEY}"},
            body={"project_id": "{SCALEWAY_PROJECT_ID}"},
        ),
    ),
}

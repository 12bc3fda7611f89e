"""The providers that take a mail for each of many readers in one call. Pure."""

import re

from senders.transports.providers.facts import (
    OWN,
    QUIET,
    Carries,
    Idempotency,
    LogIn,
    Merge,
    Provider,
    Where,
    anymail,
    ours,
    words,
)

JSON = {"Content-Type": "application/json", "Accept": "application/json"}
# What opens a tag of braces, with the braces that follow; or what would grow into one
# beside a place.
OPENS = r"\{[{%#][{}%#]*"
BRACES = re.compile(rf"{OPENS}|\{{\Z|\A\}}+")

MANY_AT_ONCE: dict[str, Provider] = {
    "brevo": Provider(
        title="Brevo",
        backend=ours("Brevo"),
        needs=("BREVO_API_KEY",),
        # Its template language escapes values for HTML, so a mail stands whole and only
        # what would open a tag is a value. Standard headers are not passed on.
        merge=Merge(
            most=1000,
            syntax=re.compile(OPENS),
            guard="{{{{ params.{} }}}}",
            headers_each=True,
        ),
        decodes_headers=True,
        idempotency=Idempotency(
            name="idempotencyKey",
            where=Where.MAIL_HEADERS,
            seconds=900,
            taken=words(r"\bduplicate_parameter\b"),
        ),
        about_us=words(
            "sender you used .* is not valid",
            "authenticate your domain",
            "not_enough_credits",
            "account_under_validation",
            "not yet activated",
            r"\bpermission_denied\b",
        ),
        log_in=LogIn("GET", "account", {"api-key": "{BREVO_API_KEY}"}),
    ),
    "mailersend": Provider(
        title="MailerSend",
        backend=ours("MailerSend"),
        needs=("MAILERSEND_API_TOKEN",),
        # Only a call with `personalization` is read as a template: there is none.
        merge=Merge(most=500),
        carries=Carries.TAG,
        # It takes the leave link as `list_unsubscribe` and adds the -Post header
        # itself. Most plans refuse a call with other headers.
        leaves_out=OWN
        | {"list-id", "list-help", "list-owner", "list-post"}
        | {"list-unsubscribe", "list-unsubscribe-post"}
        | {"auto-submitted", "sensitivity"},  # of a letter of ours
        quiet=QUIET,
        extra={
            "batch_send_mode": "use-bulk-email",
            "settings": {"track_content": False},
        },
        about_us=words(
            r"\bfrom\.email\b",
            r"#MS422(07|25|29)\b",
            r"\blist_unsubscribe\b",
            "trial account",
            "quota",
        ),
        # A bulk call is judged afterwards: its answer names no recipient.
        unknown_is_taken=True,
        first_alone=True,
        log_in=LogIn(
            "GET", "api-quota", {"Authorization": "Bearer {MAILERSEND_API_TOKEN}"}
        ),
    ),
    "mailgun": Provider(
        title="Mailgun",
        backend=anymail("mailgun"),
        needs=("MAILGUN_API_KEY",),
        merge=Merge(
            most=1000,
            text_place="%recipient.{}%",
            html_place="%recipient.{}%",
            syntax=re.compile(
                r"%(?:recipient|unsubscribe|mailing_list|tag_unsubscribe)[\w.:-]*%"
                r"|%\Z|\A%"
            ),
        ),
        quiet=QUIET,
        extra={"o:tracking": "no"},
        about_us=words(
            "sandbox subdomain",
            "activate your mailgun",
            "domain .{0,100}not (found|allowed|verified)",
            "account .{0,40}(disabled|suspended)",
            "free accounts are for test",
        ),
        log_in=LogIn("POST", "{domain}/messages", basic=("api", "{MAILGUN_API_KEY}")),
    ),
    "mailjet": Provider(
        title="Mailjet",
        backend=ours("Mailjet"),
        needs=("MAILJET_API_KEY", "MAILJET_SECRET_KEY"),
        # Nothing is read as a template without `TemplateLanguage`: it is never set.
        merge=Merge(most=50, headers_each=True),
        leaves_out=OWN | {"list-id"},  # in its list of forbidden headers
        quiet=QUIET,
        about_us=words(
            r"\bsend-000[678]\b", "not an authorized sender", r"\bmj-00(01|15)\b"
        ),
        log_in=LogIn(
            "POST",
            "send",
            basic=("{MAILJET_API_KEY}", "{MAILJET_SECRET_KEY}"),
            body={"SandboxMode": True, "Messages": []},
        ),
    ),
    "mailtrap": Provider(
        title="Mailtrap",
        backend=ours("Mailtrap"),
        needs=("MAILTRAP_API_TOKEN",),
        # Its variables are for stored templates; a request may bring its own parts.
        merge=Merge(most=500),
        about_us=words(
            "not allowed to send",
            "sending from .{0,200}not (allowed|verified)",
            "sending domain .{0,200}not (verified|found)",
            "demo domain",
            "quota|limit exceeded|billing",
        ),
        log_in=LogIn("POST", "send", {"Api-Token": "{MAILTRAP_API_TOKEN}"}, body={}),
    ),
    "sendgrid": Provider(
        title="SendGrid",
        backend=ours("SendGrid"),
        needs=("SENDGRID_API_KEY",),
        # Substitution tags are whatever we say they are: a key that nobody can guess.
        merge=Merge(
            most=1000,
            text_place="-{}-",
            html_place="-{}-",
            headers_each=True,
            most_bytes=9_000,  # of the 10,000 that a reader's substitutions may have
        ),
        quiet=QUIET,
        extra={
            "merge_field_format": "-{}-",
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": {"enable": False},
                "subscription_tracking": {"enable": False},
                "ganalytics": {"enable": False},
            },
        },
        about_us=words(
            "verified sender identity",
            "maximum credits exceeded",
            "authorization grant is invalid|access forbidden",
        ),
        log_in=LogIn("GET", "scopes", {"Authorization": "Bearer {SENDGRID_API_KEY}"}),
    ),
    "sparkpost": Provider(
        title="SparkPost",
        backend=anymail("sparkpost"),
        needs=("SPARKPOST_API_KEY",),
        # Three braces leave a value as it is in HTML; in text and headers two do.
        merge=Merge(
            most=1000,
            text_place="{{{{{}}}}}",
            html_place="{{{{{{{}}}}}}}",
            syntax=BRACES,
        ),
        quiet=QUIET,
        # Unless a mail is transactional, List-Unsubscribe is SparkPost's own.
        extra={"options": {"transactional": True, "inline_css": False}},
        about_us=words(
            "unconfigured.{0,40} domain",
            "sending domain",
            "exceed sending limit",
            "suspended",
        ),
        log_in=LogIn(
            "POST", "transmissions/", {"Authorization": "{SPARKPOST_API_KEY}"}, body={}
        ),
    ),
    "unisender_go": Provider(
        title="Unisender Go",
        backend=anymail("unisender_go"),
        needs=("UNISENDER_GO_API_KEY", "UNISENDER_GO_API_URL"),
        merge=Merge(
            most=500,
            text_place="{{{{{}}}}}",
            html_place="{{{{{}}}}}",
            syntax=BRACES,
        ),
        quiet=QUIET,
        extra={"template_engine": "simple"},
        about_us=words(
            r"from_email",
            "domain .{0,100}(not verified|not confirmed|unverified|not allowed)",
            "(balance|quota|tariff|limit) .{0,60}(exceeded|exhausted|not enough)",
            "(project|account|user) .{0,60}(blocked|inactive|disabled)",
        ),
        log_in=LogIn(
            "POST", "system/info.json", {"X-API-KEY": "{UNISENDER_GO_API_KEY}"}, body={}
        ),
    ),
}

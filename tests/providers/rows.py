"""A row for each provider: its settings on loopback, and what it answers."""

import json
import uuid

from tests.providers.server import Answer

KEY = "a-key-for-tests-only"


def settings_of(provider, url):
    """The ANYMAIL settings of an account whose API is at this address."""
    more = {
        "amazon_ses": {
            "AMAZON_SES_CLIENT_PARAMS": {
                "endpoint_url": url,
                "region_name": "eu-west-1",
                "aws_access_key_id": KEY,
                "aws_secret_access_key": KEY,
                "config": {"retries": {"total_max_attempts": 1}, "read_timeout": 2},
            }
        },
        "mailersend": {"MAILERSEND_API_TOKEN": KEY},
        "mailjet": {"MAILJET_API_KEY": KEY, "MAILJET_SECRET_KEY": KEY},
        "mailtrap": {"MAILTRAP_API_TOKEN": KEY},
        "postmark": {"POSTMARK_SERVER_TOKEN": KEY},
        "scaleway": {"SCALEWAY_SECRET_KEY": KEY, "SCALEWAY_PROJECT_ID": "p-1"},
    }
    name = provider.upper()
    own = more.get(provider, {f"{name}_API_KEY": KEY})
    return own | {f"{name}_API_URL": f"{url}/api/", "REQUESTS_TIMEOUT": 2}


def takes_all(provider):
    """What it answers, by its documents, to a call that it takes as a whole."""
    return globals()[f"_{provider}"]


def _identity():
    return str(uuid.uuid4())


def _amazon_ses(_request):
    return Answer(body={"MessageId": _identity()})


def _brevo(request):
    versions = request.json.get("messageVersions", [])
    ids = [f"<{_identity()}@brevo.example>" for _one in versions]
    return Answer(201, {"messageIds": ids})


def _mailersend(request):
    if request.path.endswith("/bulk-email"):
        return Answer(202, {"message": "In hand.", "bulk_email_id": _identity()})
    headers = {"X-Message-Id": _identity(), "Content-Type": "text/html"}
    return Answer(202, b"", headers)


def _mailgun(_request):
    return Answer(body={"id": "<one@mailgun.example>", "message": "Queued. Thanks."})


def _mailjet(request):
    taken = [
        {
            "Status": "success",
            "To": [{"Email": one["To"][0]["Email"], "MessageID": number + 1}],
        }
        for number, one in enumerate(request.json["Messages"])
    ]
    return Answer(body={"Messages": taken})


def _mailtrap(request):
    if "requests" not in request.json:
        return Answer(body={"success": True, "message_ids": [_identity()]})
    each = [
        {"success": True, "message_ids": [_identity()]}
        for _ in request.json["requests"]
    ]
    return Answer(body={"success": True, "responses": each})


def _mandrill(request):
    each = [
        {"email": one["email"], "status": "queued", "_id": _identity()}
        for one in request.json["message"]["to"]
    ]
    return Answer(body=each)


def _postal(request):
    each = {_bare(one): {"id": 7, "token": "t"} for one in request.json["to"]}
    return Answer(body={"status": "success", "data": {"messages": each}})


def _postmark(request):
    taken = {"ErrorCode": 0, "Message": "OK", "MessageID": _identity()}
    return Answer(body=taken | {"To": request.json["To"]})


def _resend(_request):
    return Answer(body={"id": _identity()})


def _scaleway(request):
    each = [
        {"id": _identity(), "mail_rcpt": one["email"], "status": "new"}
        for one in request.json["to"]
    ]
    return Answer(body={"emails": each})


def _sendgrid(_request):
    return Answer(202, b"")


def _sparkpost(request):
    count = len(request.json["recipients"])
    totals = {"total_accepted_recipients": count, "total_rejected_recipients": 0}
    return Answer(body={"results": totals | {"id": "7"}})


def _unisender_go(request):
    readers = [one["email"] for one in request.json["message"]["recipients"]]
    return Answer(body={"status": "success", "job_id": "1Z-9", "emails": readers})


def _bare(mailbox):
    return mailbox.rpartition("<")[2].rstrip(">")


def as_text(request):
    """All that left, as one text that an address can be looked for in."""
    return json.dumps(everything(request), ensure_ascii=False)


def everything(request):
    """The JSON or the form of a request; Mandrill does not say which it sends."""
    return request.json if request.body[:1] in b"{[" else request.form

"""Answers that are made from the call: of one address in it, or of each."""

from tests.providers.rows import as_text, takes_all
from tests.providers.server import Answer


def later(body=None, status=429):
    return Answer(status, body or {"message": "Slow down"}, {"Retry-After": "7"})


def whole_call(status, body):
    """The call is refused because of one address in it, whoever else it names."""

    def answer_for(provider, bad):
        def respond(request):
            if bad in as_text(request):
                return Answer(status, body)
            return takes_all(provider)(request)

        return respond

    return answer_for


def in_part(change):
    """The call is taken, and what is answered of each is changed for one."""

    def answer_for(provider, bad):
        def respond(request):
            answer = takes_all(provider)(request)
            return change(answer, bad, request)

        return respond

    return answer_for


def mailjet_part(answer, bad, request):
    fault = {
        "Status": "error",
        "Errors": [
            {
                "ErrorCode": "mj-0013",
                "StatusCode": 400,
                "ErrorMessage": f'"{bad}" is an invalid email address.',
                "ErrorRelatedTo": ["To[0].Email"],
            }
        ],
    }
    asked = [one["To"][0]["Email"] for one in request.json["Messages"]]
    each = [
        fault if address == bad else taken
        for address, taken in zip(asked, answer.body["Messages"], strict=True)
    ]
    return Answer(400, {"Messages": each})


def mailtrap_part(answer, bad, request):
    asked = [one["to"][0]["email"] for one in request.json["requests"]]
    fault = {"success": False, "errors": ["'to' address is invalid"]}
    each = [
        fault if address == bad else taken
        for address, taken in zip(asked, answer.body["responses"], strict=True)
    ]
    return Answer(200, {"success": True, "responses": each})


def mandrill_part(answer, bad, _request):
    each = [
        one | {"status": "rejected", "reject_reason": "hard-bounce"}
        if one["email"] == bad
        else one
        for one in answer.body
    ]
    return Answer(200, each)


def unisender_part(answer, bad, _request):
    good = [one for one in answer.body["emails"] if one != bad]
    failed = {bad: "permanent_unavailable"}
    if good:
        return Answer(200, answer.body | {"emails": good, "failed_emails": failed})
    words = "No valid recipients"
    fault = {"status": "error", "code": 204, "message": words, "failed_emails": failed}
    return Answer(400, fault)


def mailjet_domain(request):
    fault = {
        "ErrorCode": "send-0008",
        "StatusCode": 403,
        "ErrorMessage": '"nieuws@lageland.example" is not an authorized sender email'
        " address for your account.",
        "ErrorRelatedTo": ["From"],
    }
    each = [{"Status": "error", "Errors": [fault]}] * len(request.json["Messages"])
    return Answer(400, {"Messages": each})


def mailtrap_domain(request):
    fault = {"success": False, "errors": ["Sending from domain x is not allowed"]}
    count = len(request.json["requests"])
    return Answer(200, {"success": True, "responses": [fault] * count})


def mandrill_domain(request):
    each = [
        {
            "email": one["email"],
            "status": "rejected",
            "reject_reason": "unsigned",
            "_id": "7",
        }
        for one in request.json["message"]["to"]
    ]
    return Answer(200, each)

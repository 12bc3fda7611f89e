"""Providers that take each mail whole in a call, and read none as a template."""

import json

from tests.providers.got import Got, low


def mailersend(request):
    mails = request.json if isinstance(request.json, list) else [request.json]
    got = []
    for one in mails:
        assert "personalization" not in one  # else it is read as a template
        assert "headers" not in one  # most plans refuse them
        (to,), (tag,) = one["to"], one["tags"]
        headers = {
            "list-unsubscribe": f"<{one['list_unsubscribe']}>",
            "list-unsubscribe-post": "List-Unsubscribe=One-Click",  # it adds that
        }
        got.append(
            Got(
                to["email"],
                to.get("name", ""),
                one["subject"],
                one["text"],
                one["html"],
                headers,
                tag.removeprefix("delivery-"),
                tracked=any(one["settings"].values()),
            )
        )
    return got


# Of its list those that a mail of ours could have.
FORBIDDEN_AT_MAILJET = {"from", "to", "subject", "sender", "date", "message-id"}
FORBIDDEN_AT_MAILJET |= {"list-id", "return-path", "x-mailer", "user-agent"}


def mailjet(request):
    common = request.json["Globals"]
    got = []
    for own in request.json["Messages"]:
        one = common | own
        assert "TemplateLanguage" not in one  # else it is read as a template
        assert FORBIDDEN_AT_MAILJET.isdisjoint(low(one["Headers"]))
        (to,) = one["To"]
        got.append(
            Got(
                to["Email"],
                to.get("Name", ""),
                one["Subject"],
                one["TextPart"],
                one["HTMLPart"],
                low(one["Headers"]),
                json.loads(one["EventPayload"])["delivery"],
                tracked=[one["TrackOpens"], one["TrackClicks"]] != ["disabled"] * 2,
            )
        )
    return got


def mailtrap(request):
    got = []
    for own in request.json["requests"]:
        one = request.json["base"] | own
        (to,) = one["to"]
        got.append(
            Got(
                to["email"],
                to.get("name", ""),
                one["subject"],
                one["text"],
                one["html"],
                low(one["headers"]),
                one["custom_variables"]["delivery"],
            )
        )
    return got

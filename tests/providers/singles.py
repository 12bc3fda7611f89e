"""Providers that take one mail a call."""

import base64
import json
from email import message_from_bytes, policy
from email.utils import parseaddr

from tests.providers.got import Got, low


def amazon_ses(request):
    call = request.json
    raw = base64.b64decode(call["Content"]["Raw"]["Data"])
    mime = message_from_bytes(raw, policy=policy.default)
    (address,) = call["Destination"]["ToAddresses"]
    plain, rich = (mime.get_body([kind]) for kind in ("plain", "html"))
    return [
        Got(
            address,
            parseaddr(str(mime["To"]))[0],
            str(mime["Subject"]),
            plain.get_content(),
            rich.get_content(),
            low({key: str(mime[key]) for key in mime}),
            json.loads(mime["X-Metadata"])["delivery"],
        )
    ]


def mandrill(request):
    one = request.json["message"]
    (to,) = one["to"]
    assert one["merge"] is False
    off = one["track_opens"] is one["track_clicks"] is False
    return [
        Got(
            to["email"],
            to.get("name", ""),
            one["subject"],
            one["text"],
            one["html"],
            low(one["headers"]),
            one["metadata"]["delivery"],
            tracked=not off,
        )
    ]


def postal(request):
    one = request.json
    (to,) = one["to"]
    name, address = parseaddr(to)
    headers = low(one["headers"])
    return [
        Got(
            address,
            name,
            one["subject"],
            one["plain_body"],
            one["html_body"],
            headers,
            one["tag"].removeprefix("delivery-"),
            tracked=headers.get("x-amp") != "skip",
        )
    ]


def postmark(request):
    one = request.json
    name, address = parseaddr(one["To"])
    off = one["TrackOpens"] is False and one["TrackLinks"] == "None"
    headers = low({each["Name"]: each["Value"] for each in one["Headers"]})
    assert headers["x-pm-keepid"] == "true"
    return [
        Got(
            address,
            name,
            one["Subject"],
            one["TextBody"],
            one["HtmlBody"],
            headers,
            one["Metadata"]["delivery"],
            tracked=not off,
        )
    ]


def resend(request):
    one = request.json
    (to,) = one["to"]
    name, address = parseaddr(to)
    headers = low(one["headers"])
    delivery = json.loads(headers["x-metadata"])["delivery"]
    return [
        Got(address, name, one["subject"], one["text"], one["html"], headers, delivery)
    ]


def scaleway(request):
    one = request.json
    (to,) = one["to"]
    headers = low({each["key"]: each["value"] for each in one["additional_headers"]})
    return [
        Got(
            to["email"],
            to.get("name", ""),
            one["subject"],
            one["text"],
            one["html"],
            headers,
            json.loads(headers["x-metadata"])["delivery"],
        )
    ]

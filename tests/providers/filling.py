"""Providers with a template language of their own: what they put in the places.

Written from their documents and not from our code, and as hostile as each may be:
anything left in a text that it would take for its own shows.
"""

import html
import json
import re
from email.header import decode_header, make_header
from email.utils import parseaddr

from django.template import Context, Engine

from tests.providers.got import Got, low


def mailgun(request):
    form = request.form
    variables = json.loads(form["recipient-variables"][0])
    system = r"%(?:unsubscribe_\w+|tag_unsubscribe_\w+|mailing_list_unsubscribe_\w+)%"
    place = re.compile(rf"%recipient\.([^%]+)%|%recipient\w*%|{system}")

    def put(text, own):
        return place.sub(lambda found: own.get(found[1], "") if found[1] else "!", text)

    got = []
    for to in form["to"]:
        name, address = parseaddr(to)
        own = variables[address]

        def field_of(key, own=own):
            return put(form[key][0], own)

        headers = {key[2:]: field_of(key) for key in form if key.startswith("h:")}
        assert field_of("o:tracking") == "no"
        off = [field_of(f"o:tracking-{what}") for what in ("opens", "clicks")]
        got.append(
            Got(
                address,
                put(name, own),
                field_of("subject"),
                field_of("text"),
                field_of("html"),
                low(headers),
                field_of("v:delivery"),
                tracked=off != ["no", "no"],
            )
        )
    return got


def sendgrid(request):
    call = request.json
    parts = {one["type"]: one["value"] for one in call["content"]}
    settings = call["tracking_settings"]
    off = not any(one["enable"] for one in settings.values())
    got = []
    for own in call["personalizations"]:
        tags = own["substitutions"]
        assert (
            sum(len(f"{tag}{value}".encode()) for tag, value in tags.items()) < 10_000
        )

        def put(text, tags=tags):
            for _again in range(2):  # it does not say that what it put in stays
                for tag, value in tags.items():
                    text = text.replace(tag, value)
            return text

        (to,) = own["to"]
        got.append(
            Got(
                to["email"],
                to.get("name", ""),
                put(call["subject"]),
                put(parts["text/plain"]),
                put(parts["text/html"]),
                low(own["headers"]),
                own["custom_args"]["delivery"],
                tracked=not off,
            )
        )
    return got


def _braces(text, own, *, escape):
    """Handlebars: two braces escape for HTML, three do not; all else is an error."""
    tag = re.compile(r"\{\{\{\s*(\w+)\s*\}\}\}|\{\{\s*(\w+)\s*\}\}|(\{\{)|(\{[%#])")

    def put(found):
        no_tag = found[3] or found[4]
        assert not no_tag, text[found.start() :][:40]
        if found[1]:
            return own[found[1]]
        return html.escape(own[found[2]]) if escape else own[found[2]]

    return tag.sub(put, text)


def sparkpost(request):
    call = request.json
    content, options = call["content"], call["options"]
    assert options["transactional"] is True  # else List-Unsubscribe is SparkPost's own
    off = options["open_tracking"] is options["click_tracking"] is False
    got = []
    for one in call["recipients"]:
        own = one["substitution_data"]
        name, address = parseaddr(one["address"]["header_to"])
        assert one["address"]["email"] == address
        headers = {
            key: _braces(value, own, escape=False)
            for key, value in content["headers"].items()
        }
        got.append(
            Got(
                address,
                name,
                _braces(content["subject"], own, escape=False),
                _braces(content["text"], own, escape=False),
                _braces(content["html"], own, escape=True),
                low(headers),
                one["metadata"]["delivery"],
                tracked=not off,
            )
        )
    return got


def unisender_go(request):
    call = request.json["message"]
    assert call["template_engine"] == "simple"
    off = call["track_links"] == call["track_read"] == 0
    tag = re.compile(r"\{\{(\w+)\}\}")
    got = []
    for one in call["recipients"]:
        own = one["substitutions"]

        def put(text, own=own):
            return tag.sub(lambda found: own.get(found[1], ""), text)

        got.append(
            Got(
                one["email"],
                own.get("to_name", ""),
                put(call["subject"]),
                put(call["body"]["plaintext"]),
                put(call["body"]["html"]),
                low({key: put(value) for key, value in call["headers"].items()}),
                one["metadata"]["delivery"],
                tracked=not off,
            )
        )
    return got


def brevo(request):
    call = request.json

    def put(text, own):
        # The language is Django's, and it escapes.
        return Engine().from_string(text).render(Context({"params": own}))

    got = []
    for one in call["messageVersions"]:
        (to,) = one["to"]
        own = one.get("params", {})
        headers = one["headers"]  # these, and not those of the call
        decoded = [str(make_header(decode_header(each))) for each in headers.values()]
        assert "".join(decoded).isascii()  # it would send them as they are
        got.append(
            Got(
                to["email"],
                put(to.get("name", ""), own),
                put(one["subject"], own),
                put(one["textContent"], own),
                put(one["htmlContent"], own),
                low(headers),
                json.loads(headers["X-Mailin-custom"])["delivery"],
            )
        )
    return got

import email
import email.policy
import re
from datetime import UTC, datetime

import pytest
from django.conf import settings

from mailings.editions import Press, compile_edition, values_of
from mailings.models import Bulletin, Delivery, Edition, Layout
from mailings.rendering.merge import FIELDS
from senders.models import Organisation
from subscribers.tokens import read_leave_token
from tests.make import (
    make_bulletin,
    make_list,
    make_organisation,
    make_sender,
    make_subscriber,
)

ORDER = [
    "From",
    "Reply-To",
    "Date",
    "To",
    "Subject",
    "Message-ID",
    "List-Unsubscribe",
    "List-Id",
    "List-Unsubscribe-Post",
    "List-Help",
    "List-Owner",
    "List-Post",
    "Precedence",
    "MIME-Version",
    "Content-Type",
]
URI = r"<(?:https?|mailto):[^<>\s]+>"


def make_delivery(bulletin, person, **values):
    edition = compile_edition(bulletin)
    edition.save()
    return Delivery.objects.create(
        bulletin=bulletin,
        edition=edition,
        subscriber=person,
        email=person.email,
        address_key=person.address_key,
        values=values_of(person) | values,
    )


def message_for(delivery):
    return Press(delivery.edition, delivery.bulletin).message_for(delivery)


def parse(message):
    return email.message_from_bytes(message.content, policy=email.policy.default)


def plain(part):
    return part.get_content().replace("\r\n", "\n")


@pytest.fixture
def delivery():
    make_organisation()
    chosen = make_list(name="Große Liste", slug="groot")
    person = make_subscriber(lists=[chosen], name="Nynke Wiersma")
    sender = make_sender(reply_to="vragen@lageland.example")
    return make_delivery(make_bulletin(lists=[chosen], sender=sender), person)


def test_a_message_parses_back_part_by_part(delivery):
    made = message_for(delivery)
    parsed = parse(made)
    assert parsed.keys() == ORDER
    text, html = parsed.iter_parts()
    assert plain(text) == made.text
    assert plain(html) == made.html
    assert "Beste Nynke Wiersma," in made.text
    assert parsed["Subject"] == made.subject == "Handreiking hoogwater"
    assert made.key == delivery.pk


def test_the_addresses_say_who_writes_to_whom(delivery):
    made = message_for(delivery)
    parsed = parse(made)
    [sender] = parsed["From"].addresses
    [reader] = parsed["To"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        "Gemeenteverbond Lageland",
        "nieuws@lageland.example",
    )
    assert (reader.display_name, reader.addr_spec) == (
        "Nynke Wiersma",
        "n.wiersma@eikerveld.example",
    )
    assert parsed["Reply-To"] == made.reply_to == "vragen@lageland.example"
    assert made.mail_from == "nieuws@lageland.example"
    assert made.recipient == "n.wiersma@eikerveld.example"
    assert made.to_header == '"Nynke Wiersma" <n.wiersma@eikerveld.example>'


def test_the_list_headers_keep_their_grammar(delivery):
    parsed = parse(message_for(delivery))
    assert re.search(r" <groot\.127\.0\.0\.1>$", parsed["List-Id"])
    assert parsed["List-Id"].startswith("Große Liste")
    assert parsed["List-Post"] == "NO"
    assert parsed["Precedence"] == "bulk"
    assert parsed["List-Owner"] == "<mailto:info@lageland.example>"
    assert re.fullmatch(URI, parsed["List-Help"])
    assert re.fullmatch(URI, parsed["List-Unsubscribe"])
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_list_id_stays_when_the_list_is_renamed(delivery):
    mailing_list = delivery.bulletin.lists.get()
    mailing_list.name = "Anders"
    mailing_list.save()
    renamed = dict(compile_edition(delivery.bulletin).headers)["List-Id"]
    assert renamed == "Anders <groot.127.0.0.1>"


def test_with_several_lists_the_first_by_name_is_the_list_id():
    lists = [make_list(name=name, slug=name.lower()) for name in ("Zee", "Aarde")]
    edition = compile_edition(make_bulletin(lists=lists))
    assert dict(edition.headers)["List-Id"] == "Aarde <aarde.127.0.0.1>"
    assert edition.list_ids == [lists[1].pk, lists[0].pk]


def test_the_link_leaves_this_person_s_lists_and_is_the_header_s(delivery):
    made = message_for(delivery)
    [link] = set(re.findall(r"http://127\.0\.0\.1:8000/u/[^\s\"<>)]+", made.text))
    assert made.html.count(link) == 1
    assert parse(made)["List-Unsubscribe"] == f"<{link}>"
    leave = read_leave_token(link.rpartition("/")[2])
    assert leave.subscriber_id == delivery.subscriber_id
    assert leave.address_key == delivery.address_key
    assert leave.bulletin_id == delivery.bulletin_id
    assert leave.list_ids == tuple(delivery.edition.list_ids)
    assert not leave.practice


def test_the_message_id_is_the_delivery_s_at_every_attempt(delivery):
    made = [message_for(Delivery.objects.get()) for _attempt in range(2)]
    assert [parse(one)["Message-ID"] for one in made] == [delivery.message_id] * 2


def test_the_date_is_the_start_of_the_bulletin(delivery):
    start = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    delivery.bulletin.started_at = start
    made = message_for(delivery)
    assert parse(made)["Date"] == "Tue, 24 Nov 2026 09:00:00 +0100"
    assert made.content == message_for(delivery).content


def test_before_the_start_the_date_is_the_send_time(delivery):
    delivery.bulletin.send_at = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    assert parse(message_for(delivery))["Date"] == "Wed, 01 Jul 2026 10:00:00 +0200"


def test_the_fields_say_what_the_bytes_say(delivery):
    made = message_for(delivery)
    parsed = parse(made)
    apart = {"From", "To", "Reply-To", "Subject", "MIME-Version", "Content-Type"}
    assert {name for name, _value in made.headers} == set(ORDER) - apart
    for name, value in made.headers:
        if name != "List-Id":
            assert parsed[name] == value


def test_an_edition_depends_on_nothing_that_changes_later(delivery):
    before = message_for(Delivery.objects.get()).content
    Bulletin.objects.update(
        subject="anders", body="anders", started_at=None, send_at=None
    )
    Organisation.objects.update(name="anders", postal_address="anders")
    type(delivery.bulletin.sender).objects.update(
        from_name="anders", from_address="anders@lageland.example", signature="anders"
    )
    Layout.objects.update(footer="anders", colour="#000000")
    delivery.bulletin.lists.update(name="anders")
    after = message_for(Delivery.objects.get()).content
    assert b"anders" not in after
    assert drop_date(after) == drop_date(before)


def drop_date(raw):
    return re.sub(rb"\r\nDate: [^\r]+", b"", raw)


def test_the_fingerprint_covers_all_that_leaves(delivery):
    bulletin = delivery.bulletin
    first = compile_edition(bulletin)
    assert compile_edition(bulletin).fingerprint == first.fingerprint
    assert len(first.fingerprint) == 64
    for change in ({"subject": "x"}, {"body": "<p>x</p>"}, {"language": "en"}):
        changed = Bulletin.objects.get()
        for name, value in change.items():
            setattr(changed, name, value)
        assert compile_edition(changed).fingerprint != first.fingerprint


def test_compiling_writes_nothing(delivery, django_assert_max_num_queries):
    count = Edition.objects.count()
    with django_assert_max_num_queries(5):
        edition = compile_edition(delivery.bulletin)
    assert edition.pk is None
    assert Edition.objects.count() == count


def test_a_message_costs_no_query(delivery, django_assert_num_queries):
    press = Press(delivery.edition, delivery.bulletin)
    row = Delivery.objects.get()
    with django_assert_num_queries(0):
        press.message_for(row)


def test_an_unsaved_bulletin_with_nothing_in_it_compiles_for_a_preview():
    bulletin = Bulletin()
    edition = compile_edition(bulletin, lists=[])
    made = Press(edition, bulletin).practice_message(
        email="jan@eikerveld.example", values={"first_name": "Jan"}
    )
    parsed = parse(made)
    assert parsed["From"] == settings.DEFAULT_FROM_EMAIL
    assert "List-Id" not in parsed
    link = parsed["List-Unsubscribe"][1:-1]
    assert read_leave_token(link.rpartition("/")[2]).practice


def test_a_reader_before_the_start_gets_the_same_mail_but_for_its_id(delivery):
    person = delivery.subscriber
    press = Press(delivery.edition, delivery.bulletin)
    before, after = press.message_for_subscriber(person), press.message_for(delivery)
    assert drop_id(before.content) == drop_id(after.content)


def drop_id(raw):
    return re.sub(rb"\r\nMessage-ID: [^\r]+", b"", drop_date(raw))


def test_two_practice_messages_are_two_mails(delivery):
    press = Press(delivery.edition, delivery.bulletin)
    ids = {
        parse(press.practice_message(email="a@x.example", values={}))["Message-ID"]
        for _time in range(2)
    }
    assert len(ids) == 2


def test_a_domain_outside_ascii_is_written_in_ascii():
    chosen = make_list()
    person = make_subscriber("Jo@bücher.example", lists=[chosen])
    sender = make_sender(from_address="nieuws@bücher.example")
    made = message_for(
        make_delivery(make_bulletin(lists=[chosen], sender=sender), person)
    )
    assert made.recipient == "Jo@xn--bcher-kva.example"
    assert made.mail_from == "nieuws@xn--bcher-kva.example"
    assert parse(made)["Message-ID"].endswith("@xn--bcher-kva.example>")


def test_the_signature_goes_where_the_editor_left_it_out():
    assert "Nadia" in compile_edition(make_bulletin(lists=[])).text
    Bulletin.objects.update(sign=False)
    assert "Nadia" not in compile_edition(Bulletin.objects.get()).text


def test_without_contact_questions_go_where_answers_go():
    sender = make_sender(reply_to="vragen@lageland.example")
    edition = compile_edition(make_bulletin(sender=sender))
    assert dict(edition.headers)["List-Owner"] == "<mailto:vragen@lageland.example>"


@pytest.mark.parametrize("field", ["subject", "preheader", "headline", "body"])
def test_no_header_comes_out_of_a_text(field, delivery):
    bulletin = delivery.bulletin
    bad = "a\r\nBcc: b@x.example\nList-Unsubscribe: <https://x.example>"
    setattr(bulletin, field, bad)
    made = Press(compile_edition(bulletin), bulletin).practice_message(
        email="jo@x.example", values=dict.fromkeys(FIELDS, bad)
    )
    assert parse(made).keys() == ORDER


def test_no_header_comes_out_of_a_name():
    bad = "a\r\nBcc: b@x.example\nList-Unsubscribe: <https://x.example>\u2028x"
    make_organisation(name=bad)
    chosen = make_list(name=bad)
    sender = make_sender(from_name=bad, reply_to="vragen@lageland.example")
    person = make_subscriber(lists=[chosen], name=bad)
    made = message_for(
        make_delivery(make_bulletin(lists=[chosen], sender=sender), person)
    )
    assert parse(made).keys() == ORDER

import email
import email.policy

from mailings.editions import Press, compile_edition
from mailings.models import Delivery
from tests.make import make_bulletin, make_list, make_organisation, make_subscriber


def test_a_delivery_s_message_parses_back():
    make_organisation()
    chosen = make_list()
    person = make_subscriber(lists=[chosen], name="Nynke Wiersma")
    bulletin = make_bulletin(lists=[chosen])
    edition = compile_edition(bulletin)
    edition.save()
    delivery = Delivery.objects.create(
        bulletin=bulletin,
        edition=edition,
        subscriber=person,
        email=person.email,
        address_key=person.address_key,
        values={"name": person.name},
    )
    made = Press(edition, bulletin).message_for(delivery)
    parsed = email.message_from_bytes(made.content, policy=email.policy.default)
    assert parsed["Message-ID"] == delivery.message_id
    text, html = parsed.iter_parts()
    assert _plain(text) == made.text
    assert _plain(html) == made.html
    assert parsed["To"] == made.to_header.replace('"', "")


def _plain(part):
    return part.get_content().replace("\r\n", "\n")

"""What the messages of a bulletin share, for a provider who fills in the places."""

from mailings.editions import Press, compile_edition, values_of
from mailings.models import Delivery
from tests.make import make_bulletin, make_list, make_subscriber

BODY = (
    "<p>Beste {{ name|<em>lezer</em> }}, {{ first_name }} en {{ first_name }}.</p>"
    "<p><a href='https://lageland.example/?wie={{ email }}'>{{ unsubscribe_url }}</a>"
    " {{ niets }} {{name</p>"
)


def make_deliveries(*names):
    chosen = make_list()
    bulletin = make_bulletin(lists=[chosen], body=BODY)
    edition = compile_edition(bulletin)
    edition.save()
    for number, name in enumerate(names):
        person = make_subscriber(
            f"lezer{number}@eikerveld.example", lists=[chosen], first_name=name
        )
        yield Delivery.objects.create(
            bulletin=bulletin,
            edition=edition,
            subscriber=person,
            email=person.email,
            address_key=person.address_key,
            values=values_of(person),
        )


def make_messages(*names):
    deliveries = list(make_deliveries(*names))
    press = Press(deliveries[0].edition, deliveries[0].bulletin)
    return [press.message_for(delivery) for delivery in deliveries]


def filled(pieces, values):
    return "".join(values[one] if isinstance(one, int) else one for one in pieces)


def test_frame_and_values_make_the_very_parts():
    for message in make_messages("Jo", "", "<b>&{{ name }}", "0"):
        assert filled(message.frame.text, message.values) == message.text
        assert filled(message.frame.html, message.values) == message.html


def test_messages_of_one_press_are_known_by_their_frame():
    one, other = deliveries = list(make_deliveries("Jo", "Bo"))
    press = Press(one.edition, one.bulletin)
    assert press.message_for(one).frame is press.message_for(other).frame
    foreign = [Press(row.edition, row.bulletin).message_for(row) for row in deliveries]
    assert foreign[0].frame != foreign[1].frame


def test_what_is_personal_is_not_in_the_frame():
    for message in make_messages("Wubbo", "Fokje"):
        fixed = [*message.frame.text, *message.frame.html]
        for piece in (one for one in fixed if isinstance(one, str)):
            for value in (value for value in message.values if value):
                assert value not in piece


def test_a_place_has_one_value_however_often_it_stands_there():
    (message,) = make_messages("Jo")
    numbers = [one for one in message.frame.html if isinstance(one, int)]
    assert len(numbers) > len(set(numbers))
    assert {*numbers} | {one for one in message.frame.text if isinstance(one, int)} == {
        *range(len(message.values))
    }

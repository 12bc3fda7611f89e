"""What the tests of the SMTP transport share."""

from senders.transports.base import Message, Transport, Verdict

CONTENT = b"Subject: Hallo\r\n\r\n.een punt\r\n..twee\r\ngewoon\r\n"


def make_message(recipient: str = "n.wiersma@eikerveld.example", **changes) -> Message:
    fields = {
        "key": 7,
        "mail_from": "nieuws@lageland.example",
        "recipient": recipient,
        "content": CONTENT,
        "subject": "Hallo",
        "from_header": "Lageland <nieuws@lageland.example>",
        "to_header": recipient,
        "reply_to": "",
    }
    return Message(**fields | changes)


def send_one(transport: Transport, **changes) -> Verdict:
    assert transport.connect(1) == 1
    (verdict,) = transport.hand_over([make_message(**changes)])
    return verdict

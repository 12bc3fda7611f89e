"""What the tests of letters share."""

from datetime import timedelta

from senders import letters
from senders.models import Letter

HOUR = timedelta(hours=1)


def post(**changes) -> Letter:
    fields = {
        "kind": Letter.PASSWORD,
        "recipient": "marit@lageland.example",
        "subject": "Kies een wachtwoord",
        "text": "https://bode.example.org/geheim",
        "lifetime": HOUR,
    }
    return letters.post(**fields | changes)


def drain() -> None:
    while letters.deliver_due():
        pass


def let_time_pass(letter: Letter, seconds: float = 3600) -> None:
    """Bring everything that this letter waits for closer, but for its end."""
    Letter.objects.filter(pk=letter.pk).update(
        due_at=letter.due_at - timedelta(seconds=seconds),
        lease_until=letter.lease_until
        and letter.lease_until - timedelta(seconds=seconds),
    )

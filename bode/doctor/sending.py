"""Whether mail leaves: a sender is there, nothing is late, nobody holds it."""

from collections.abc import Iterator

from django.utils import timezone

from bode.health import look_at_sending
from senders.findings import Finding, error, ok, warning

START = "start manage.py run_sender, or a Celery worker and beat"


def check_sending() -> Iterator[Finding]:
    """Raises what the database raises."""
    sending = look_at_sending()
    if sending.on_hold:
        yield warning(
            "sending", "SENDING=hold: no bulletin leaves. Remove it when all is well."
        )
    if sending.sender_alive:
        yield ok("sending", "A sender is at work.")
    elif sending.sender_seen_at is None:
        yield warning("sending", f"No sender was ever seen: {START}.")
    else:
        yield error("sending", f"No sender was seen for two minutes: {START}.")
    if sending.late_since:
        when = timezone.localtime(sending.late_since).strftime("%Y-%m-%d %H:%M")
        yield error(
            "sending", f"A bulletin should have left at {when} and has not begun."
        )
    if sending.stuck:
        yield error("sending", "Mail is due, and no sender hands any over.")

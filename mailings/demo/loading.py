"""The demo's content, once, into an empty database."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from mailings.demo import bulletins, house, ledger
from mailings.errors import MailingError
from mailings.models import Bulletin, Layout, TrailEntry
from senders.models import Organisation, OutboxMail, Sender
from subscribers.models import MailingList, Subscriber

ADMIN = "admin"
# A row in any of these, and somebody is at work here.
CONTENT = (
    User,
    Organisation,
    Sender,
    OutboxMail,
    MailingList,
    Subscriber,
    Layout,
    Bulletin,
)


class NotEmpty(MailingError):
    """The database holds content already, and the demo would mix with it."""

    def __init__(self) -> None:
        super().__init__("The demo wants an empty database, and this one has content.")


def is_empty() -> bool:
    return not any(model._default_manager.exists() for model in CONTENT)


@transaction.atomic
def load(*, password: str) -> None:
    """Load everything, with an administrator who logs in with `password`.

    Raises NotEmpty where the database has content.
    """
    if not is_empty():
        raise NotEmpty
    by = _make_admin(password).get_full_name()
    house.make_organisation()
    sender = house.make_sender()
    lists = house.make_lists(sender)
    house.add_people(lists)
    own = {"sender": sender, "layout": house.make_layout(), "lists": lists}
    started_at = bulletins.last_working_morning(timezone.localdate())
    sent = bulletins.make_sent(started_at=started_at, **own)
    ledger.write(sent, started_at=started_at, by=by)
    for make in (bulletins.make_draft_with_mistakes, bulletins.make_announcement):
        make(**own).note(TrailEntry.Act.COMPOSED, by=by)


def _make_admin(password: str) -> User:
    return User.objects.create_superuser(
        ADMIN,
        "marit@lageland.example.org",
        password,
        first_name="Marit",
        last_name="van Houten",
    )

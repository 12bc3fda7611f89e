"""An editor at the admin's pages, in tests."""

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from mailings.models import Bulletin


def make_user(*rights: str, email: str = "marit@lageland.example") -> User:
    """A member of staff with these rights, written like "mailings.can_send"."""
    user = User.objects.create_user(
        f"user-{User.objects.count()}", email, "secret", is_staff=True
    )
    for right in rights:
        app, name = right.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=name)
        )
    return user


WRITES = (
    "mailings.view_bulletin",
    "mailings.add_bulletin",
    "mailings.change_bulletin",
    "mailings.delete_bulletin",
    "subscribers.view_subscriber",
)


def logged_in(*rights: str, email: str = "marit@lageland.example") -> Client:
    """A browser in which somebody with these rights is logged in."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_user(*rights, email=email))
    return client


def an_editor(*more: str) -> Client:
    return logged_in(*WRITES, *more)


def page(bulletin: Bulletin, name: str = "change") -> str:
    return reverse(f"admin:mailings_bulletin_{name}", args=[bulletin.pk])


def answers(bulletin: Bulletin, **changes: object) -> dict[str, object]:
    """The form as the page shows it, with these changes."""
    return {
        "subject": bulletin.subject,
        "preheader": bulletin.preheader,
        "date": "",
        "language": bulletin.language,
        "headline": bulletin.headline,
        "body": bulletin.body,
        "lists": [one.pk for one in bulletin.lists.all()],
        "sender": bulletin.sender_id or "",
        "sign": "on",
        "layout": bulletin.layout_id or "",
        "based_on": bulletin.version,
    } | changes

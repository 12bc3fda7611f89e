"""Editors in tests: who is logged in, with which rights, reading English."""

import re

from django.contrib.auth.models import Permission, User
from django.test import Client

EDITOR = ("view_bulletin", "add_bulletin", "change_bulletin", "delete_bulletin")


def make_editor(*rights: str, name: str = "marit") -> Client:
    """A browser in which a member of staff with these rights is logged in."""
    user = User.objects.create_user(name, is_staff=True)
    found = Permission.objects.filter(codename__in=rights)
    assert {one.codename for one in found} == set(rights)
    user.user_permissions.set(found)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def make_sending_editor(**changes: str) -> Client:
    return make_editor(*EDITOR, "can_send", **changes)


def read(response) -> str:
    """The page without its tags and with its spaces folded, as it is read."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def make_chief(name: str = "chief") -> Client:
    """A browser in which somebody who may do everything is logged in."""
    user = User.objects.create_superuser(name, f"{name}@example.org", "right-password")
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client

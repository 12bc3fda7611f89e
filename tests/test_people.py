"""Users and roles in the admin."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from tests.editors import make_chief, make_editor, read


@pytest.fixture
def chief():
    return make_chief()


def test_who_manages_users_gives_nobody_more_than_they_may_give():
    manager = make_editor("view_user", "change_user")
    user = User.objects.create_user("joris", is_staff=True)
    url = reverse("admin:auth_user_change", args=[user.pk])

    manager.post(url, {"username": "joris", "is_active": "on", "is_superuser": "on"})

    user.refresh_from_db()
    assert not user.is_superuser


def test_who_manages_users_cannot_touch_who_may_do_everything():
    manager = make_editor("view_user", "change_user")
    chief = User.objects.create_superuser("chief", "chief@example.org", "x")

    for page in ("change", "password_change"):
        url = reverse(f"admin:auth_user_{page}", args=[chief.pk])
        assert manager.post(url, {"username": "x"}).status_code == 403


def test_who_manages_users_cannot_touch_who_may_send_where_they_may_not():
    manager = make_editor("view_user", "change_user", "delete_user")
    sender = User.objects.create_user("joris", is_staff=True, is_active=False)
    senders = Group.objects.create(name="Publishers")
    senders.permissions.add(Permission.objects.get(codename="can_send"))
    sender.groups.add(senders)

    for page in ("change", "password_change", "delete"):
        url = reverse(f"admin:auth_user_{page}", args=[sender.pk])
        assert manager.post(url, {"username": "x", "post": "yes"}).status_code == 403


def test_who_manages_roles_gives_no_right_that_they_lack():
    manager = make_editor("view_group", "change_group", "add_group", "delete_group")
    can_send = Permission.objects.get(codename="can_send")
    mine = Permission.objects.get(codename="view_group")
    writers = Group.objects.create(name="Writers")
    publishers = Group.objects.create(name="Publishers")
    publishers.permissions.add(can_send)
    writers_page = reverse("admin:auth_group_change", args=[writers.pk])
    publishers_page = reverse("admin:auth_group_change", args=[publishers.pk])

    manager.post(writers_page, {"name": "Writers", "permissions": [can_send.pk]})
    assert not writers.permissions.exists()
    manager.post(writers_page, {"name": "Writers", "permissions": [mine.pk]})
    assert list(writers.permissions.all()) == [mine]
    assert manager.post(publishers_page, {"name": "x"}).status_code == 403


def test_nobody_deletes_themselves(chief):
    me = User.objects.get(username="chief")

    answer = chief.post(
        reverse("admin:auth_user_delete", args=[me.pk]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert User.objects.filter(pk=me.pk).exists()


def test_a_user_gets_a_role_and_a_new_password(chief):
    chief.post(reverse("admin:auth_group_add"), {"name": "Writers", "permissions": []})
    created = chief.post(
        reverse("admin:auth_user_add"),
        {
            "username": "noor",
            "usable_password": "true",
            "password1": "a-long-one-1",
            "password2": "a-long-one-1",
        },
    )
    assert created.status_code == 302
    user = User.objects.get(username="noor")
    assert user.is_staff
    writers = Group.objects.get(name="Writers")

    chief.post(
        reverse("admin:auth_user_change", args=[user.pk]),
        {"username": "noor", "is_active": "on", "is_staff": "on"}
        | {"groups": [writers.pk]},
    )
    chief.post(
        reverse("admin:auth_user_password_change", args=[user.pk]),
        {"password1": "another-one-2", "password2": "another-one-2"},
    )

    user.refresh_from_db()
    assert user.is_staff
    assert user.check_password("another-one-2")
    assert [group.name for group in user.groups.all()] == ["Writers"]


def test_a_role_names_its_rights_in_words(chief):
    page = read(chief.get(reverse("admin:auth_group_add")))

    assert "Bulletins: schedule, send, resume and cancel" in page
    assert "Subscribers: see" in page
    assert "log entry" not in page


def test_where_there_is_no_role_the_page_of_a_new_user_leads_to_one(chief):
    page = reverse("admin:auth_user_add")
    make = reverse("admin:auth_group_add")
    assert "There are no roles yet." in read(chief.get(page))
    assert f'<a href="{make}">' in chief.get(page).content.decode()
    Group.objects.create(name="Writers")
    assert "There are no roles yet." not in read(chief.get(page))


def test_enter_in_a_field_of_a_new_user_saves_once(chief):
    """It presses the first button of the form, as the HTML standard has it."""
    page = BeautifulSoup(chief.get(reverse("admin:auth_user_add")).content, "lxml")
    first = page.select_one("#user_form [type=submit]")
    assert first["name"] == "_save"

"""Who is invited gets a link, chooses a password, and is in."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bode import invitations
from senders.letters import deliver_due
from senders.models import Letter
from subscribers.logs import hide
from tests.editors import make_chief, make_editor, read
from tests.make import make_organisation

ADD = reverse("admin:auth_user_add")
NOOR = {"first_name": "Noor", "email": "noor@lageland.example"}
INVITE = {"usable_password": "false"}
NEW = {"new_password1": "a-long-new-one", "new_password2": "a-long-new-one"}


@pytest.fixture
def chief():
    return make_chief()


@pytest.fixture
def noor():
    return User.objects.create_user("noor", "noor@lageland.example", is_staff=True)


@pytest.fixture
def inviter():
    return User.objects.create_user("marit", first_name="Marit", last_name="Visser")


def link_in_letter(settings) -> str:
    deliver_due()
    link = re.search(r"https?://\S+", mail.outbox[-1].body)[0]
    assert link.startswith(f"{settings.SITE_URL}/admin/invitation/")
    return link.removeprefix(settings.SITE_URL)


def opened(client: Client, link: str) -> str:
    """The address of the form behind the link, or nothing."""
    chain = client.get(link, follow=True).redirect_chain
    return chain[-1][0] if chain else ""


def page_of(user: User, name: str = "invite") -> str:
    return reverse(f"admin:auth_user_{name}", args=[user.pk])


def test_a_new_user_is_invited_and_comes_in(chief, settings):
    make_organisation(name="Gemeenteverbond Lageland")
    role = Group.objects.create(name="Writers")
    page = read(chief.post(ADD, NOOR | INVITE | {"groups": [role.pk]}, follow=True))
    assert "a letter with a link is on its way to noor@lageland.example" in page
    assert "added successfully" not in page
    user = User.objects.get(email="noor@lageland.example")
    assert user.username == "noor@lageland.example"
    assert user.is_staff
    assert not user.is_superuser
    assert not user.has_usable_password()
    assert list(user.groups.all()) == [role]
    assert mail.outbox == []

    link = link_in_letter(settings)
    letter = mail.outbox[0]
    assert letter.to == ["noor@lageland.example"]
    assert "Gemeenteverbond Lageland" in letter.body
    noor = Client(headers={"accept-language": "en"})
    form = opened(noor, link)
    assert "Welcome to Bode" in read(noor.get(form))
    arrived = noor.post(form, NEW, follow=True)

    assert arrived.redirect_chain[-1][0] == reverse("admin:index")
    assert arrived.context["user"] == user
    user.refresh_from_db()
    assert user.check_password("a-long-new-one")
    assert not opened(Client(), link)


def test_nothing_of_a_user_is_made_where_the_letter_cannot_be_posted(
    chief, monkeypatch
):
    chief.raise_request_exception = False
    monkeypatch.setattr(invitations, "post", lambda **_fields: 1 / 0)
    assert chief.post(ADD, NOOR | INVITE).status_code == 500
    assert not User.objects.filter(email=NOOR["email"]).exists()


def test_an_invitation_needs_an_address(chief):
    page = chief.post(ADD, {"username": "noor"} | INVITE)
    assert "An invitation goes by mail: fill in the address." in read(page)
    assert not User.objects.filter(username="noor").exists()


def test_a_user_needs_a_name_or_an_address(chief):
    words = {"password1": "a-long-one-1", "password2": "a-long-one-1"}
    page = chief.post(ADD, {"usable_password": "true"} | words)
    assert "Fill in a name to log in with." in read(page)
    nameless = {"username": "noor", "usable_password": "true"} | words
    assert chief.post(ADD, nameless).status_code == 302


@pytest.mark.parametrize("email", ["noor", "noor@", "n\u00f6or@x.example", "a@b"])
def test_an_address_that_no_mail_reaches_is_refused(chief, email):
    chief.post(ADD, {"email": email} | INVITE)
    assert User.objects.count() == 1


def test_an_address_that_is_somebody_s_name_already_is_refused(chief):
    User.objects.create_user("NOOR@lageland.example")
    page = chief.post(ADD, NOOR | INVITE)
    assert "already exists" in read(page)
    assert User.objects.count() == 2


def test_a_password_at_once_is_asked_for_twice_and_invites_nobody(chief):
    at_once = NOOR | {"usable_password": "true"}
    assert "This field is required" in read(chief.post(ADD, at_once))
    words = {"password1": "a-long-one-1", "password2": "a-long-one-1"}
    assert chief.post(ADD, at_once | words).status_code == 302
    assert User.objects.get(email=NOOR["email"]).check_password("a-long-one-1")
    assert not Letter.objects.exists()


def test_a_password_left_behind_when_inviting_is_not_set(chief):
    words = {"password1": "a-long-one-1", "password2": "something-else"}
    assert chief.post(ADD, NOOR | INVITE | words).status_code == 302
    assert not User.objects.get(email=NOOR["email"]).has_usable_password()


def test_who_manages_users_invites_and_gives_no_rights(settings):
    role = Group.objects.create(name="Publishers")
    manager = make_editor("view_user", "add_user", "change_user")
    assert "groups" not in manager.get(ADD).context["adminform"].form.fields
    forged = NOOR | INVITE | {"groups": [role.pk], "is_superuser": "on"}
    assert manager.post(ADD, forged).status_code == 302
    user = User.objects.get(email=NOOR["email"])
    assert not user.is_superuser
    assert not user.groups.exists()


def test_the_link_lasts_seven_days_and_no_longer(noor, inviter, settings, monkeypatch):
    invitations.invite(noor, by=inviter)
    link = link_in_letter(settings)
    now = timezone.now().timestamp()
    days = timedelta(days=1).total_seconds()

    monkeypatch.setattr("time.time", lambda: now + 6.99 * days)
    assert opened(Client(), link)
    monkeypatch.setattr("time.time", lambda: now + 7.01 * days)
    assert not opened(Client(), link)


@pytest.mark.parametrize(
    "change",
    [
        {"email": "other@lageland.example"},
        {"is_active": False},
        {"password": "another"},
    ],
)
def test_the_link_ends_with_what_it_was_made_for(noor, inviter, settings, change):
    invitations.invite(noor, by=inviter)
    link = link_in_letter(settings)
    User.objects.filter(pk=noor.pk).update(**change)
    assert not opened(Client(), link)


def test_a_link_of_one_kind_opens_no_page_of_the_other(noor, inviter, settings, client):
    invitations.invite(noor, by=inviter)
    uid, token = link_in_letter(settings).split("/")[-3:-1]
    assert not opened(client, f"/admin/password/{uid}/{token}/")
    noor.set_password("old")
    noor.save()
    client.post("/admin/password/", {"email": noor.email})
    deliver_due()
    reset = re.search(r"/password/(\S+)/", mail.outbox[-1].body)[1]
    assert opened(client, f"/admin/password/{reset}/")
    assert not opened(Client(), f"/admin/invitation/{reset}/")


@pytest.mark.parametrize("link", ["MQ/abc-def", "x/y", "MQ/set-password", "MQ/a:b:c"])
def test_a_forged_link_says_what_to_do(noor, client, link):
    page = client.get(f"/admin/invitation/{link}/", headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "ask the person who invited you" in read(page)
    assert 'type="password"' not in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"


def test_the_page_of_somebody_who_did_not_come_says_so_and_invites_again(chief, noor):
    page = read(chief.get(page_of(noor, "change")))
    assert "No password yet, so this person cannot log in." in page
    assert "noor@lageland.example" in read(chief.get(page_of(noor)))
    assert not Letter.objects.exists()  # looking is not asking

    chief.post(page_of(noor))
    chief.post(page_of(noor))

    assert Letter.objects.count() == 2
    page = read(chief.get(page_of(noor, "change")))
    assert "no password chosen yet" in page
    assert "Invite again" in page
    assert "No password yet" in read(chief.get(reverse("admin:auth_user_changelist")))


def test_an_invitation_that_came_back_is_told(chief, noor, inviter):
    invitations.invite(noor, by=inviter)
    Letter.objects.update(status=Letter.Status.FAILED, reason="550 5.1.1 no such user")
    page = read(chief.get(page_of(noor, "change")))
    assert "The invitation was not delivered: 550 5.1.1 no such user" in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": ""}, "there is no address of this person"),
        ({"is_active": False}, "may not log in here"),
        ({"is_staff": False}, "may not log in here"),
        ({"password": "md5$x$y"}, "has a password already"),
    ],
)
def test_who_cannot_be_invited_is_told_why(chief, noor, changes, told):
    User.objects.filter(pk=noor.pk).update(**changes)
    assert told in read(chief.get(page_of(noor)))
    assert told in read(chief.post(page_of(noor)))
    assert not Letter.objects.exists()
    noor.refresh_from_db()
    with pytest.raises(invitations.CannotInvite):
        invitations.invite(noor, by=noor)


def test_nobody_invites_who_may_do_more_than_they_may(noor):
    manager = make_editor("view_user", "change_user")
    User.objects.filter(pk=noor.pk).update(is_superuser=True)
    assert manager.post(page_of(noor)).status_code == 403
    assert make_editor("view_user", name="guest").get(page_of(noor)).status_code == 403
    assert not Letter.objects.exists()


def test_the_log_does_not_tell_the_link(noor, inviter, settings):
    invitations.invite(noor, by=inviter)
    link = link_in_letter(settings)
    told = hide(f'"GET {link} HTTP/1.1" 302')
    assert told == '"GET /admin/invitation/… HTTP/1.1" 302'


def test_the_letter_speaks_the_language_of_who_invites(chief, noor):
    chief.post(page_of(noor))
    assert "Choose your password here" in Letter.objects.get().text


def test_who_invites_writes_no_line_of_the_letter(noor, inviter):
    inviter.first_name = "Marit\r\n\nhttps://evil.example"
    letter = invitations.invite(noor, by=inviter)
    assert "Marit https://evil.example Visser" in letter.text

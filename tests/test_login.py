"""Logging in: guessing is slow, for one place at one name and for many at many."""

import logging
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.management import call_command
from django.db.models import F
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.http import urlsafe_base64_encode

from bode.throttling import WIDER, client_address
from tests.editors import make_chief, read

LOGIN = "/admin/login/?next=/admin/"
RIGHT = "a-right-password"
LIMIT = 5


@pytest.fixture(autouse=True)
def user():
    return User.objects.create_user(
        "marit", "marit@lageland.example", RIGHT, is_staff=1
    )


def log_in(password=RIGHT, *, name="marit", place="192.0.2.1", **headers):
    client = Client(headers={"accept-language": "en"} | headers)
    answers = {"username": name, "password": password}
    return client.post(LOGIN, answers, REMOTE_ADDR=place)


def fail(times=LIMIT, **where):
    return [log_in("wrong", **where).status_code for _number in range(times)]


def test_the_right_password_opens_the_door():
    answer = log_in()
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_a_few_wrong_tries_are_forgiven():
    assert fail(LIMIT - 1) == [200] * (LIMIT - 1)
    assert log_in().status_code == 302
    assert fail(LIMIT - 1) == [200] * (LIMIT - 1)  # counted anew
    assert log_in().status_code == 302


def test_after_five_wrong_tries_the_right_password_opens_nothing():
    assert fail() == [200] * (LIMIT - 1) + [429]
    assert log_in().status_code == 429


def test_the_page_tells_how_long_and_what_else_to_do():
    fail()
    page = log_in()
    text = read(page)
    assert "nobody can log in this way for 15 minutes" in text
    assert 'href="/admin/password/"' in page.content.decode()
    assert 890 <= int(page["Retry-After"]) <= 900
    assert "no-store" in page["Cache-Control"]
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "marit" not in text
    log_in_page = Client(headers={"accept-language": "en"}).get(LOGIN)
    assert log_in_page.status_code == 200


def test_the_page_says_the_same_of_a_name_that_nobody_has():
    fail()
    fail(name="nobody", place="192.0.2.9")
    assert read(log_in()) == read(log_in(name="nobody", place="192.0.2.9"))


def test_the_door_opens_again_after_the_cool_off_which_knocking_does_not_prolong():
    fail()
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=14))
    assert log_in().status_code == 429
    assert "1 minute." in read(log_in())
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=1))
    assert log_in().status_code == 302


def test_another_place_and_another_name_are_not_kept_out(user):
    User.objects.create_user("joris", password=RIGHT, is_staff=True)
    fail()
    assert log_in(place="192.0.2.2").status_code == 302
    assert log_in(name="joris").status_code == 302


def test_many_places_that_guess_at_one_name_are_stopped():
    places = [f"198.51.100.{number}" for number in range(LIMIT * WIDER)]
    answers = [fail(1, place=place)[0] for place in places]
    assert answers == [200] * (len(places) - 1) + [429]
    assert log_in(place="203.0.113.7").status_code == 429


def test_one_place_that_guesses_at_many_names_is_stopped():
    names = [f"name-{number}" for number in range(LIMIT * WIDER)]
    answers = [fail(1, name=name)[0] for name in names]
    assert answers == [200] * (len(names) - 1) + [429]
    assert log_in().status_code == 429
    assert log_in(place="203.0.113.7").status_code == 302


def test_getting_in_oneself_does_not_clear_what_was_tried_at_others():
    User.objects.create_user("evil", password=RIGHT, is_staff=True)
    for number in range(LIMIT * WIDER - 1):
        fail(1, name=f"name-{number}")
        if number % 7 == 0:
            assert log_in(name="evil").status_code == 302
    assert fail(1) == [429]


def test_somebody_who_is_logged_in_notices_nothing(user):
    client = Client()
    client.force_login(user)
    fail()
    assert client.get("/admin/").status_code == 200


def test_a_new_password_by_letter_opens_the_door(user, client):
    fail()
    link = f"/admin/password/{_link_to(user)}/"
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = {"new_password1": "a-long-new-one", "new_password2": "a-long-new-one"}
    assert client.post(form, new).status_code == 302

    assert log_in("a-long-new-one").status_code == 302


def test_a_new_password_by_who_manages_users_opens_the_door(user):
    fail()
    page = reverse("admin:auth_user_password_change", args=[user.pk])
    make_chief().post(page, {"password1": "another-1", "password2": "another-1"})
    assert log_in("another-1").status_code == 302


def _link_to(user):
    uid = urlsafe_base64_encode(str(user.pk).encode())
    return f"{uid}/{default_token_generator.make_token(user)}"


def test_an_operator_opens_the_door(capsys):
    fail()
    call_command("axes_reset_username", "marit")
    assert log_in().status_code == 302


def test_nothing_of_who_tries_stands_in_the_log(caplog):
    caplog.set_level(logging.DEBUG)
    fail(name="marit@lageland.example")
    log_in("a-secret-word")
    assert "marit" not in caplog.text
    assert "secret" not in caplog.text
    assert "192.0.2.1" not in caplog.text


def test_nothing_that_was_typed_but_the_name_is_kept():
    fail(1)
    attempt = AccessAttempt.objects.get()
    assert "wrong" not in attempt.post_data
    assert "marit" not in attempt.post_data


@pytest.mark.parametrize(
    ("meta", "trusted", "told"),
    [
        ({"REMOTE_ADDR": "192.0.2.1"}, False, "192.0.2.1"),
        (
            {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "198.51.100.1"},
            False,
            "192.0.2.1",
        ),
        (
            {
                "REMOTE_ADDR": "127.0.0.1",
                "HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.1",
            },
            True,
            "198.51.100.1",
        ),
        ({"REMOTE_ADDR": "127.0.0.1"}, True, "127.0.0.1"),
        ({"REMOTE_ADDR": "", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}, True, "192.0.2.1"),
        (
            {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "<x>"},
            True,
            "127.0.0.1",
        ),
        ({"REMOTE_ADDR": ""}, False, None),
        ({"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, False, "2001:db8:1:2::"),
        ({"REMOTE_ADDR": "::ffff:192.0.2.1"}, False, "192.0.2.1"),
    ],
)
def test_who_asks_is_told_by_the_connection_or_by_our_own_proxy(
    settings, meta, trusted, told
):
    settings.TRUST_PROXY = trusted
    assert client_address(RequestFactory().get("/", **meta)) == told


def test_the_last_hop_is_who_tries_behind_a_proxy(settings):
    settings.TRUST_PROXY = True
    through = {"place": "127.0.0.1"}
    for number in range(LIMIT):
        fail(1, **through, **{"x-forwarded-for": f"203.0.113.{number}, 192.0.2.1"})
    assert log_in(**through, **{"x-forwarded-for": "192.0.2.1"}).status_code == 429
    assert log_in(**through, **{"x-forwarded-for": "192.0.2.2"}).status_code == 302

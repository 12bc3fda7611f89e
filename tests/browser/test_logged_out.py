"""After the log-out the browser shows nothing of what was on the screen."""

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import expect

from tests.make import make_subscriber


def test_back_shows_nothing_of_people_once_logged_out(editor_page, editor):
    make_subscriber("n.wiersma@eikerveld.example", name="Nynke Wiersma")
    editor_page.goto("/admin/subscribers/subscriber/")
    expect(editor_page.locator("body")).to_contain_text("n.wiersma@eikerveld.example")
    editor_page.locator("#logout-form button").click()
    editor_page.wait_for_url("**/admin/logout/")
    editor_page.go_back()
    expect(editor_page.locator("#id_username")).to_be_visible()
    expect(editor_page.locator("body")).not_to_contain_text("wiersma")


def test_a_chosen_password_is_taken_although_its_link_tells_nobody(page, editor):
    """Without a referrer a browser says that a form comes from nowhere."""
    editor.email = "marit@lageland.example"
    editor.save()
    page.goto(link_of(editor))
    for field in ("#id_new_password1", "#id_new_password2"):
        page.fill(field, "a-new-and-long-password")
    page.locator("main button[type=submit], #content button[type=submit]").click()
    page.wait_for_url("**/admin/password/done/")
    editor.refresh_from_db()
    assert editor.check_password("a-new-and-long-password")
    assert page.complaints == []


def link_of(user) -> str:
    who = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return reverse("password_reset_confirm", args=[who, token])

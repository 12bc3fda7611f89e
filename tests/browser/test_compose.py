"""The page where a bulletin is written, as the browser does it."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from mailings.models import Bulletin
from tests.browser.writing import (
    MAIL,
    body_of,
    kept_copies,
    open_bulletin,
    write_at_the_end,
)


def test_the_page_opens_without_a_complaint(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    textbox = editor_page.get_by_role("textbox", name="Tekst")
    expect(textbox).to_contain_text("Er ligt een nieuwe handreiking voor u klaar.")
    assert editor_page.complaints == []


def test_opening_a_bulletin_does_not_count_as_writing(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    editor_page.reload()
    expect(editor_page.locator("#unsaved")).to_be_hidden()
    assert kept_copies(editor_page) == []


def test_the_preview_follows_the_typing(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    write_at_the_end(editor_page, " En dit is er zojuist bij gekomen.")
    frame = editor_page.frame_locator(MAIL)
    expect(frame.get_by_text("En dit is er zojuist bij gekomen.")).to_be_visible()
    editor_page.fill("#id_subject", "Een ander onderwerp")
    expect(editor_page.locator("#preview-subject")).to_have_text("Een ander onderwerp")
    bulletin.refresh_from_db()
    assert "zojuist" not in bulletin.body
    assert editor_page.complaints == []


def test_looking_at_previews_leaves_the_back_button_alone(editor_page, bulletin):
    editor_page.goto("/admin/mailings/bulletin/")
    open_bulletin(editor_page, bulletin)
    before = editor_page.evaluate("history.length")
    for words in ("Een", "Twee", "Drie"):
        editor_page.fill("#id_subject", words)
        expect(editor_page.locator("#preview-subject")).to_have_text(words)
    expect(editor_page.locator("#preview-stage iframe")).to_have_count(1)
    assert editor_page.evaluate("history.length") == before


def test_the_mail_is_seen_as_a_chosen_subscriber_and_as_text(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    reader = editor_page.locator("#id_reader")
    expect(reader.locator("option")).to_have_count(3)
    reader.select_option(index=1)
    frame = editor_page.frame_locator(MAIL)
    expect(frame.get_by_text("Beste mevrouw El Idrissi,")).to_be_visible()
    editor_page.click("[data-show=text]")
    expect(editor_page.locator("#preview-text")).to_contain_text(
        "Beste mevrouw El Idrissi,"
    )
    editor_page.click("[data-show=phone]")
    assert editor_page.locator(MAIL).bounding_box()["width"] == 375


def test_a_reload_keeps_what_was_not_saved(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    editor_page.on("dialog", lambda dialog: dialog.accept())
    write_at_the_end(editor_page, " Nooit bewaard.")
    editor_page.fill("#id_preheader", "Ook niet bewaard")
    editor_page.reload()
    expect(editor_page.locator("#unsaved")).to_be_visible()
    assert "Nooit bewaard." not in body_of(editor_page)
    editor_page.click("[data-restore]")
    assert "Nooit bewaard." in body_of(editor_page)
    assert editor_page.locator("#id_preheader").input_value() == "Ook niet bewaard"


def test_what_was_not_saved_can_be_thrown_away(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    editor_page.on("dialog", lambda dialog: dialog.accept())
    write_at_the_end(editor_page, " Nooit bewaard.")
    editor_page.reload()
    editor_page.click("[data-discard]")
    editor_page.reload()
    expect(editor_page.locator("#unsaved")).to_be_hidden()


def test_leaving_with_unsaved_text_is_asked_about(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    asked = []
    editor_page.on(
        "dialog", lambda dialog: (asked.append(dialog.type), dialog.accept())
    )
    write_at_the_end(editor_page, " Nooit bewaard.")
    editor_page.goto("/admin/")
    assert asked == ["beforeunload"]


def test_saving_by_keyboard_saves_and_forgets_the_copy(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    write_at_the_end(editor_page, " Wel bewaard.")
    with editor_page.expect_navigation():
        editor_page.keyboard.press("Control+s")
    expect(editor_page.locator(".messagelist .success")).to_be_visible()
    bulletin.refresh_from_db()
    assert "Wel bewaard." in bulletin.body
    expect(editor_page.locator("#unsaved")).to_be_hidden()
    assert kept_copies(editor_page) == []


def test_a_new_bulletin_is_written_and_its_copy_forgotten(editor_page, bulletin):
    editor_page.goto("/admin/mailings/bulletin/add/")
    expect(editor_page.locator(MAIL)).to_be_visible()
    editor_page.fill("#id_subject", "Een nieuw bulletin")
    write_at_the_end(editor_page, "Vandaag is er nieuws.")
    editor_page.locator("[data-choice=lists] summary").click()
    editor_page.locator("#id_lists input").check()
    with editor_page.expect_navigation():
        editor_page.keyboard.press("Control+s")
    made = Bulletin.objects.get(subject="Een nieuw bulletin")
    assert made.body == "<p>Beste {{ salutation }},</p><p>Vandaag is er nieuws.</p>"
    assert made.lists.count() == 1
    expect(editor_page.locator(MAIL)).to_be_visible()
    assert kept_copies(editor_page) == []
    assert editor_page.complaints == []


def test_an_expired_login_does_not_cost_the_text(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    Session.objects.all().delete()
    write_at_the_end(editor_page, " Geschreven na het verlopen.")
    expect(editor_page.locator("#logged-out")).to_be_visible()
    with editor_page.expect_navigation():
        editor_page.keyboard.press("Control+s")
    editor_page.fill("#id_username", "marit")
    editor_page.fill("#id_password", "geheim")
    editor_page.press("#id_password", "Enter")
    editor_page.click("[data-restore]")
    assert "Geschreven na het verlopen." in body_of(editor_page)
    with editor_page.expect_navigation():
        editor_page.keyboard.press("Control+s")
    bulletin.refresh_from_db()
    assert "Geschreven na het verlopen." in bulletin.body


def test_logging_in_again_in_another_tab_is_enough(
    editor_page, bulletin, editor, log_in
):
    open_bulletin(editor_page, bulletin)
    Session.objects.all().delete()
    write_at_the_end(editor_page, " Een.")
    expect(editor_page.locator("#logged-out")).to_be_visible()
    other = editor_page.context.new_page()
    other.goto("/admin/login/")
    other.fill("#id_username", "marit")
    other.fill("#id_password", "geheim")
    other.press("#id_password", "Enter")
    expect(other.locator("#user-tools")).to_be_visible()
    write_at_the_end(editor_page, " Twee.")
    expect(editor_page.locator("#logged-out")).to_be_hidden()
    with editor_page.expect_navigation():
        editor_page.keyboard.press("Control+s")
    bulletin.refresh_from_db()
    assert "Een. Twee." in bulletin.body


def test_a_test_mail_is_reported_on_the_page(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    editor_page.click("#test-button")
    said = editor_page.locator("#test-said")
    expect(said).to_contain_text("marit@lageland.example")


def test_the_second_editor_keeps_their_text(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    write_at_the_end(editor_page, " Van mij.")
    Bulletin.objects.update(version=2, subject="Van een ander")
    with editor_page.expect_navigation():
        editor_page.keyboard.press("Control+s")
    expect(editor_page.locator("#compose-errors a")).to_be_visible()
    assert "Van mij." in body_of(editor_page)
    with editor_page.expect_navigation():
        editor_page.keyboard.press("Control+s")
    bulletin.refresh_from_db()
    assert "Van mij." in bulletin.body


@pytest.mark.parametrize(
    ("width", "language"), [(1280, "nl"), (390, "nl"), (1280, "en")]
)
def test_the_page_is_accessible(
    new_page, log_in, editor, bulletin, axe, width, language
):
    bulletin.body += '<p><a href="#">hier</a> <img src="https://x.example/y.png"></p>'
    bulletin.save()
    page = log_in(new_page(width=width, language=language), editor)
    page.route("https://x.example/**", lambda route: route.abort())
    open_bulletin(page, bulletin)
    for summary in page.locator("summary").all():
        summary.click()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.click("[data-show=text]")
    page.click("[data-tool=link]")
    assert axe(page) == []

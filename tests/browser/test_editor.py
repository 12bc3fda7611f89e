"""The text itself: fields, tools, pastes, and the marks of the checks."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.writing import (
    body_of,
    open_bulletin,
    paste,
    press,
    write,
    write_at_the_end,
)

WORD = (Path(__file__).parent.parent / "fixtures" / "from-word.html").read_text("utf-8")


def test_a_merge_field_is_a_box_that_is_saved_as_a_place(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    assert editor_page.locator(".writing .merge-field").count() == 1
    write_at_the_end(editor_page, " Groet, {{ first_name|lezer }}")
    assert editor_page.locator(".writing .merge-field").count() == 2
    assert "Groet, {{ first_name|lezer }}</p>" in body_of(editor_page)
    assert "<p>Beste {{ salutation }},</p>" in body_of(editor_page)


def test_a_field_is_inserted_from_the_menu_by_keyboard(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    write_at_the_end(editor_page, " Aan ")
    editor_page.locator("[data-menu]").focus()
    press(editor_page, "Enter")
    press(editor_page, "ArrowDown")
    press(editor_page, "Enter")
    assert "Aan {{ first_name }}" in body_of(editor_page)


@pytest.mark.parametrize(("begin", "tag"), [("- ", "ul"), ("1. ", "ol")])
def test_a_list_begins_as_one_types_it(editor_page, bulletin, begin, tag):
    open_bulletin(editor_page, bulletin)
    write_at_the_end(editor_page, "")
    press(editor_page, "Enter")
    write(editor_page, f"{begin}Dijken")
    assert f"<{tag}><li><p>Dijken</p></li></{tag}>" in body_of(editor_page)


def test_a_paste_from_word_comes_out_clean(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    editor_page.locator(".writing").click()
    press(editor_page, "Control+a")
    paste(editor_page, "text/html", WORD)
    html = body_of(editor_page)
    for rest in ("Mso", "mso", "style", "class", "span", "o:p", "data:", "file:", "·"):
        assert rest not in html
    assert "<strong>Vergadering</strong>" in html
    assert "<strong>morgen</strong>" in html
    assert (
        "<ul><li><p>Dijken</p><ul><li><p>Kades</p></li></ul></li>"
        "<li><p>Sluizen</p></li></ul>"
    ) in html
    assert "<ol><li><p>Eerst dit</p></li><li><p>Dan dat</p></li></ol>" in html
    assert '<a href="https://lageland.example/dijk">de dijk</a>' in html
    assert editor_page.complaints == []


def test_a_typed_list_of_word_becomes_a_list(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    editor_page.locator(".writing").click()
    press(editor_page, "Control+a")
    typed = "<p class=MsoListParagraph>·<span>&nbsp;&nbsp; </span>Een</p>"
    paste(editor_page, "text/html", f"{typed}<p class=MsoNormal>Twee</p>")
    assert body_of(editor_page) == "<ul><li><p>Een</p></li></ul><p>Twee</p>"


def test_nothing_that_is_pasted_runs(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    editor_page.locator(".writing").click()
    press(editor_page, "Control+a")
    hostile = (
        "<p onclick=alert(1)>Dag<img src=x onerror=alert(1)>"
        "<a href='javascript:alert(1)'>klik</a></p><script>alert(1)</script>"
    )
    paste(editor_page, "text/html", hostile)
    assert body_of(editor_page) == "<p>Dagklik</p>"
    assert editor_page.complaints == []


def test_a_link_without_an_address_stays_one_until_it_is_mended(editor_page, bulletin):
    bulletin.body = '<p>Lees <a href="">deze link</a>.</p>'
    bulletin.save()
    open_bulletin(editor_page, bulletin)
    expect(editor_page.locator(".writing a .problem-words")).to_have_count(1)


def test_a_pasted_field_becomes_a_box(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    editor_page.locator(".writing").click()
    paste(editor_page, "text/plain", "Dag {{ name }}")
    assert editor_page.locator(".writing .merge-field").count() == 2


def test_a_paste_of_five_megabytes_gets_a_sentence(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    before = body_of(editor_page)
    editor_page.locator(".writing").click()
    paste(editor_page, "text/html", f"<p>{'woord ' * 900_000}</p>")
    expect(editor_page.locator("#body-too-long")).to_be_visible()
    assert body_of(editor_page) == before
    assert editor_page.complaints == []


def test_the_button_beside_a_problem_leads_to_its_words(editor_page, bulletin):
    bulletin.body = (
        '<p>Lees deze link.</p><p>Of <a href="#">deze link</a> en '
        '<a href="https://lageland.example">een goede</a>.</p>'
    )
    bulletin.save()
    open_bulletin(editor_page, bulletin)
    expect(editor_page.locator(".writing .problem-words")).to_have_text("deze link")
    expect(editor_page.locator("#must-mend")).to_be_visible()
    editor_page.locator("[data-go]").first.click()
    # The editor takes the focus in the next frame.
    editor_page.wait_for_function("getSelection().toString() === 'deze link'")
    paragraph = "getSelection().focusNode.parentElement.closest('p').textContent"
    assert editor_page.evaluate(paragraph).startswith("Of")


def test_the_words_of_a_problem_are_not_hidden_under_the_buttons(
    new_page, log_in, editor, bulletin
):
    bulletin.body = "<p>Regel.</p>" * 60 + '<p>Lees <a href="#">deze link</a>.</p>'
    bulletin.save()
    page = log_in(new_page(width=390, height=700), editor)
    open_bulletin(page, bulletin)
    page.locator("[data-go]").first.click()
    words = page.locator(".writing .problem-words").bounding_box()
    row = page.locator(".compose-submit").bounding_box()
    assert 0 < words["y"] < row["y"] - 40


def test_the_button_beside_a_missing_list_opens_the_choice(editor_page, bulletin):
    bulletin.lists.clear()
    open_bulletin(editor_page, bulletin)
    row = editor_page.locator(".problem", has_text="lijst")
    row.locator("[data-go]").first.click()
    expect(editor_page.locator("#id_lists")).to_be_visible()
    assert editor_page.evaluate("document.activeElement.name") == "lists"


def test_a_warning_is_ticked_off_and_stays_so(editor_page, bulletin):
    bulletin.body += '<p><img src="https://lageland.example/kaart.png"></p>'
    bulletin.save()
    editor_page.route("https://lageland.example/**", lambda route: route.abort())
    open_bulletin(editor_page, bulletin)
    editor_page.locator("[data-tick]").check()
    with editor_page.expect_navigation():
        editor_page.keyboard.press("Control+s")
    expect(editor_page.locator("[data-tick]")).to_be_checked()
    bulletin.refresh_from_db()
    [tick] = bulletin.ticked_off
    assert tick.startswith("image_alt:body:")


def test_the_tools_make_what_they_say(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    editor_page.locator(".writing").click()
    press(editor_page, "Control+a")
    press(editor_page, "Delete")
    editor_page.locator("[data-tool=block]").select_option("2")
    write(editor_page, "Kop")
    press(editor_page, "Enter")
    editor_page.locator("[data-tool=bold]").click()
    write(editor_page, "vet")
    editor_page.locator("[data-tool=bold]").click()
    editor_page.locator("[data-tool=link]").click()
    editor_page.fill("#link-words", "de site")
    editor_page.fill("#link-address", "lageland.example/dijk")
    press(editor_page, "Enter")
    expect(editor_page.locator(".writing a")).to_have_text("de site")
    assert body_of(editor_page) == (
        "<h2>Kop</h2><p><strong>vet</strong>"
        '<a href="https://lageland.example/dijk">de site</a></p>'
    )


def test_keys_lead_out_of_the_text(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    write_at_the_end(editor_page, "")
    editor_page.locator("[data-tool=table]").click()
    editor_page.locator("#table-dialog button.primary").click()
    press(editor_page, "Alt+F10")
    assert editor_page.evaluate("document.activeElement.dataset.tool") == "block"
    editor_page.locator(".writing td").first.click()
    press(editor_page, "Tab")
    assert editor_page.evaluate("document.activeElement.id") == "body-text"
    press(editor_page, "Escape")
    assert editor_page.evaluate("document.activeElement.localName") == "summary"


def test_a_table_is_made_and_survives_saving(editor_page, bulletin):
    open_bulletin(editor_page, bulletin)
    write_at_the_end(editor_page, "")
    editor_page.locator("[data-tool=table]").click()
    editor_page.locator("#table-dialog button.primary").click()
    expect(editor_page.locator(".writing table tr")).to_have_count(3)
    write(editor_page, "Wanneer")
    editor_page.locator("[data-tool=addRow]").click()
    made = body_of(editor_page)
    with editor_page.expect_navigation():
        editor_page.keyboard.press("Control+s")
    expect(editor_page.locator(".writing table tr")).to_have_count(4)
    assert body_of(editor_page) == made
    assert editor_page.complaints == []


def test_script_in_a_body_never_runs(editor_page, bulletin):
    bulletin.body = "<p>Dag<img src=x onerror=alert(1)><script>alert(1)</script></p>"
    bulletin.subject = "<img src=x onerror=alert(1)>"
    bulletin.save()
    asked = []
    editor_page.on("dialog", lambda dialog: (asked.append(dialog), dialog.accept()))
    open_bulletin(editor_page, bulletin)
    expect(editor_page.locator("#preview-subject")).to_have_text(bulletin.subject)
    assert asked == []

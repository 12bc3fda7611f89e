"""What a test does at the page where a bulletin is written."""

from playwright.sync_api import Page, expect

from mailings.models import Bulletin

MAIL = "#preview-stage iframe:not(.arriving)"


def open_bulletin(page: Page, bulletin: Bulletin) -> None:
    page.goto(f"/admin/mailings/bulletin/{bulletin.pk}/change/")
    expect(page.locator(MAIL)).to_be_visible()


def paste(page: Page, kind: str, words: str) -> None:
    page.locator(".writing").evaluate(
        """(element, [kind, words]) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData(kind, words);
          const how = { clipboardData, bubbles: true, cancelable: true };
          element.dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        [kind, words],
    )


def body_of(page: Page) -> str:
    return page.locator("#id_body").input_value()


def kept_copies(page: Page) -> list[str]:
    keys = page.evaluate("Object.keys(localStorage)")
    return [key for key in keys if key.startswith("bode:")]


def press(page: Page, key: str) -> None:
    """Press a key, and wait as a hand does: the editor acts in the next frame."""
    page.keyboard.press(key)
    page.evaluate(
        "() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
    )


def write(page: Page, words: str) -> None:
    for word in words.split(" "):
        if word:
            page.keyboard.type(word, delay=5)
        press(page, "Space")
    press(page, "Backspace")


def write_at_the_end(page: Page, words: str) -> None:
    page.locator(".writing").click()
    expect(page.locator(".writing")).to_be_focused()
    press(page, "Control+End")
    write(page, words)

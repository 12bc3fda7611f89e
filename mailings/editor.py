"""The rich text editor: what an editor can make with it, and its place in a form."""

from typing import Any

from django.forms.widgets import Media, Script
from django_prose_editor.widgets import ProseEditorWidget

# Everything that the editor keeps: what rendering.sanitising lets through. What is
# not named here is gone once somebody changes the text, so there is more of it than
# the toolbar has buttons for.
EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Underline": True,
    "Strike": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3]},
    "Blockquote": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "HardBreak": True,
    "HorizontalRule": True,
    "Image": {"inline": True},
    "Link": {"enableTarget": False},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    # The toolbar is ours: its words are translated with the rest of the page.
    "Menu": False,
    "NoSpellCheck": False,
}


class EditorWidget(ProseEditorWidget):
    """django-prose-editor under our own toolbar, without any inline script or style.

    Our module imports the editor by its address, so that the page needs no import
    map, and the Content-Security-Policy no exception for one.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        config = {"extensions": EXTENSIONS}
        super().__init__(attrs, config=config, preset="bode")

    @property
    def media(self) -> Media:
        module = Script("bode/compose/main.js", type="module")
        return Media(js=[module])  # type: ignore[list-item]  # the stubs know paths alone

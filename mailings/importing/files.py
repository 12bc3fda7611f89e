"""Reading the file: which we take, and in what encoding it is."""

import codecs
import re
from pathlib import Path

from django.utils.translation import gettext as _

from mailings.errors import MailingError

LARGEST = 2 * 1024 * 1024
ENDINGS = {".md", ".markdown", ".txt", ""}
_MARKS = {
    codecs.BOM_UTF16_LE: ["utf-16"],
    codecs.BOM_UTF16_BE: ["utf-16"],
}
_ENCODINGS = ["utf-8-sig", "cp1252"]
# Text holds no other control characters than tab, line feed, form feed and return.
_BINARY = re.compile("[\x00-\x08\x0b\x0e-\x1f]")


class BadFile(MailingError):
    """The file cannot become a bulletin; the message says why."""


def read_text(path: Path) -> str:
    """The text of a file, with its line ends as line feeds, or BadFile."""
    if path.suffix.lower() not in ENDINGS:
        raise BadFile(
            _("“%(file)s” is no Markdown file: its name should end with .md.")
            % {"file": path.name}
        )
    text = _decode(_read(path))
    if text is None or _BINARY.search(text):
        raise BadFile(_("“%(file)s” holds no plain text.") % {"file": path.name})
    if not text.strip():
        raise BadFile(_("“%(file)s” is empty.") % {"file": path.name})
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise BadFile(_("There is no file “%(file)s”.") % {"file": path}) from None
    except OSError as error:
        raise BadFile(
            _("“%(file)s” cannot be read: %(reason)s.")
            % {"file": path, "reason": error.strerror}
        ) from None
    if len(content) > LARGEST:
        raise BadFile(_("“%(file)s” is larger than 2 MB.") % {"file": path.name})
    return content


def _decode(content: bytes) -> str | None:
    for encoding in _MARKS.get(content[:2], _ENCODINGS):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None

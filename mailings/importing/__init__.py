"""A bulletin from a file: its heading block, its fields, its text, its way out."""

from mailings.importing.bulletins import import_bulletin
from mailings.importing.files import BadFile, read_text

__all__ = ["BadFile", "import_bulletin", "read_text"]

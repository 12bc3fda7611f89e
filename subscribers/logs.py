"""Keeps the tokens of readers out of the log: with one, anybody could act for them."""

import logging
import re

_TOKEN = re.compile(r"(/(?:u|undo)/)[^\s?\"]+")


class HideTokens(logging.Filter):
    """Writes `/u/…` for the path of a token page, wherever a record holds one."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if _TOKEN.search(line):
            record.msg, record.args = _TOKEN.sub(r"\1…", line), ()
        return True

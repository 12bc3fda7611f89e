import logging

import pytest
from django.conf import settings
from django.utils.module_loading import import_string


def written(message, *args):
    """What the console handler of the settings would write."""
    console = settings.LOGGING["handlers"]["console"]
    record = logging.LogRecord("x", logging.WARNING, "", 0, message, args, None)
    for name in console["filters"]:
        assert import_string(settings.LOGGING["filters"][name]["()"])().filter(record)
    return record.getMessage()


@pytest.mark.parametrize("path", ["/u/", "/undo/"])
def test_a_token_never_reaches_the_log(path):
    assert written("%s: %s", "Not Found", f"{path}AbC-1.2.x") == f"Not Found: {path}…"
    line = written('"%s" %s %s', f"POST {path}AbC?lang=en HTTP/1.1", 500, 12)
    assert line == f'"POST {path}…?lang=en HTTP/1.1" 500 12'


def test_other_lines_are_written_as_they_are():
    assert written("%s: %s", "Not Found", "/admin/u") == "Not Found: /admin/u"

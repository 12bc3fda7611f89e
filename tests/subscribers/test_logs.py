import logging
import time

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.utils.module_loading import import_string

from subscribers.logs import hide


def written(message, *args):
    """What the console handler of the settings would write, after time and name."""
    form = settings.LOGGING["handlers"]["console"]["formatter"]
    lines = import_string(settings.LOGGING["formatters"][form]["()"])()
    record = logging.LogRecord("x", logging.WARNING, "", 0, message, args, None)
    return lines.format(record).partition("WARNING x: ")[2]


@pytest.mark.parametrize("path", ["/u/", "/undo/"])
def test_a_token_never_reaches_the_log(path):
    assert written("%s: %s", "Not Found", f"{path}AbC-1.2.x") == f"Not Found: {path}…"
    line = written('"%s" %s %s', f"POST {path}AbC?lang=en HTTP/1.1", 500, 12)
    assert line == f'"POST {path}…?lang=en HTTP/1.1" 500 12'


def test_other_lines_are_written_as_they_are():
    assert written("%s: %s", "Not Found", "/admin/u") == "Not Found: /admin/u"
    code = (
        "  @transaction.atomic\n  a[0] @ b\nclaim 0b6c8f1e-61d2-4ea4-8b0a-1f64d3f2a001"
    )
    assert hide(code) == code


def test_the_link_that_chooses_a_password_never_reaches_the_log():
    user = User.objects.create_user("marit", "marit@example.org")
    token = default_token_generator.make_token(user)
    line = written("Not Found: %s", f"/admin/password/MQ/{token}/")
    assert line == "Not Found: /admin/password/MQ/…/"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("to n.wiersma@eikerveld.example: no", "to …@…: no"),
        ("<n.wiersma+x@eikerveld.example>", "<…@…>"),
        ('"two words"@eikerveld.example', "…@…"),
        ("/admin/x/?q=anne%40example.org&p=1", "/admin/x/?q=…@…&p=1"),
        ("Key (email)=(anne@example.org) exists", "Key (email)=(…@…) exists"),
        ("post@bücher.example", "…@…"),
        ("redis://:s3cret@broker:6379/0", "redis://:…@…:6379/0"),
        ("postgres://bode:s3cret@db/bode", "postgres://bode:…@…/bode"),
    ],
)
def test_an_address_and_a_password_never_reach_the_log(line, shown):
    assert written("%s", line) == shown


def test_a_very_long_line_costs_no_more_than_it_is_long():
    began = time.process_time()
    hide("x" * 50_000 + '"' * 1000)
    assert time.process_time() - began < 2

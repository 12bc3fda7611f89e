"""The command: exactly the bytes on stdout, or one sentence."""

import email
import email.policy

import pytest
from django.core.management import CommandError, call_command

from mailings.copies import copy_for
from tests.make import make_bulletin, make_list, make_subscriber


@pytest.fixture
def bulletin():
    chosen = make_list()
    make_subscriber("jo@eikerveld.example", lists=[chosen], first_name="Zoë")
    return make_bulletin(lists=[chosen])


@pytest.fixture
def rendered(bulletin, capsysbinary):
    def render(*options):
        call_command("render_bulletin", str(bulletin.pk), *options)
        return capsysbinary.readouterr().out

    return render


def test_the_mail_of_a_reader_comes_out_byte_for_byte(rendered, bulletin):
    raw = rendered("--to", "jo@eikerveld.example", "--as", "eml")
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert parsed["To"].addresses[0].display_name == "Zoë"
    made = copy_for(bulletin, email="jo@eikerveld.example")
    assert drop_date(raw) == drop_date(made.content)


def drop_date(raw):
    return [line for line in raw.split(b"\r\n") if not line.startswith(b"Date: ")]


def test_the_html_and_the_text_come_out_alone(rendered):
    html = rendered("--to", "jo@eikerveld.example", "--as", "html").decode()
    text = rendered("--to", "jo@eikerveld.example", "--as", "text").decode()
    assert html.startswith("<!DOCTYPE html>")
    assert "Beste Zoë," in html
    assert text.startswith("Handreiking hoogwater")
    assert "Beste Zoë," in text


def test_without_a_reader_it_is_for_nobody(rendered):
    assert "Beste lezer," in rendered("--as", "text").decode()


def test_someone_outside_the_audience_is_refused(rendered):
    with pytest.raises(CommandError, match="x@x.example does not get this bulletin"):
        rendered("--to", "x@x.example", "--as", "text")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["999", "--as", "eml"], 1),
        (["999"], 2),
        (["999", "--as", "pdf"], 2),
        (["x", "--as", "eml"], 2),
    ],
)
def test_a_refusal_is_one_sentence_and_an_exit_code(product, arguments, code):
    done = product().run("render_bulletin", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.strip()

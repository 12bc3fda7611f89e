"""The checks before scheduling: what each finds, and what it lets through."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from mailings.models import Bulletin
from mailings.preflight import find_problems, open_problems
from tests.make import (
    make_bulletin,
    make_list,
    make_sender,
    make_subscriber,
)


def found(**changes):
    """What is wrong with a bulletin that is whole but for these changes."""
    mailing_list = make_list()
    make_subscriber(lists=[mailing_list])
    return find_problems(make_bulletin(lists=[mailing_list], **changes))


def codes(**changes):
    return [problem.code for problem in found(**changes)]


def in_body(html):
    return codes(body=f"<p>Beste lezer,</p>{html}")


def test_a_bulletin_that_is_whole_has_no_problems():
    assert codes() == []


# --- what must be there


@pytest.mark.parametrize("subject", ["", "  "])
def test_a_missing_subject_is_an_error(subject):
    assert codes(subject=subject) == ["subject_missing"]


@pytest.mark.parametrize("body", ["", "<p></p>", "<p>&nbsp;</p>", "<!-- later -->"])
def test_a_missing_text_is_an_error(body):
    assert codes(body=body) == ["body_missing"]


IMAGE = '<p><img src="https://x.example/a.png" alt="Een sluis"></p>'


def test_images_without_text_are_a_warning():
    assert codes(body=IMAGE) == ["image_only"]


def test_an_image_beside_text_is_none():
    assert codes(body=f"{IMAGE}<p>Dag.</p>") == []


def test_a_missing_sender_is_an_error():
    assert codes(sender=None) == ["sender_missing"]


@pytest.mark.parametrize("field", ["from_address", "reply_to"])
def test_a_sender_whose_address_is_none_is_an_error(field):
    problems = found(sender=make_sender(**{field: "jörg@lageland.example"}))
    assert [each.code for each in problems] == ["sender_address"]
    assert "jörg@lageland.example" in problems[0].message


def test_no_list_is_an_error():
    bulletin = make_bulletin(lists=[])
    assert [each.code for each in find_problems(bulletin)] == ["lists_missing"]


def test_lists_on_which_nobody_can_be_written_to_are_an_error():
    mailing_list = make_list()
    make_subscriber()
    (problem,) = find_problems(make_bulletin(lists=[mailing_list]))
    assert (problem.code, problem.where) == ("audience_empty", "lists")
    assert mailing_list.name in problem.message


def test_an_unsaved_bulletin_is_checked_for_the_lists_that_are_given():
    bulletin = Bulletin(subject="Nieuws", body="<p>Dag.</p>", sender=make_sender())
    mailing_list = make_list()
    make_subscriber(lists=[mailing_list])
    assert find_problems(bulletin, lists=[mailing_list]) == []
    assert [each.code for each in find_problems(bulletin)] == ["lists_missing"]


# --- links


@pytest.mark.parametrize(
    ("href", "code"),
    [
        ("", "link_empty"),
        ("#", "link_empty"),
        (" # ", "link_empty"),
        ("#kop", "link_relative"),
        ("/agenda", "link_relative"),
        ("agenda.html", "link_relative"),
        ("//x.example/a", "link_relative"),
        ("www.lageland.example", "link_relative"),
        ("www.lageland.example:8080/a", "link_relative"),
        ("{{ name }}", "link_relative"),
        ("javascript:alert(1)", "link_scheme"),
        ("java\nscript:alert(1)", "link_scheme"),
        ("\x01javascript:alert(1)", "link_scheme"),
        ("file:///C:/brief.docx", "link_scheme"),
        ("data:text/html,x", "link_scheme"),
        ("https://", "link_incomplete"),
        ("https:///agenda", "link_incomplete"),
        ("https://https://x.example", "link_incomplete"),
        ("https://[adres]", "link_incomplete"),
        ("https://x.example/\x01", "link_incomplete"),
        ("mailto:", "link_incomplete"),
        ("tel:", "link_incomplete"),
    ],
)
def test_a_link_that_leads_nowhere_is_an_error(href, code):
    assert in_body(f'<p><a href="{href}">Meld u aan</a></p>') == [code]


@pytest.mark.parametrize(
    "href",
    [
        "https://x.example",
        " HTTPS://x.example/a?b=c&amp;d#e ",
        "http://x.example",
        "https://café.example/één",
        "mailto:info@lageland.example?subject=Vraag",
        "mailto:?subject=Lees%20dit",
        "tel:+31201234567",
        "{{ unsubscribe_url }}",
        "{{unsubscribe_url}}",
    ],
)
def test_a_link_that_leads_somewhere_is_none(href):
    assert in_body(f'<p><a href="{href}">Meld u aan</a></p>') == []


def test_a_link_is_named_by_its_text_and_the_mend_is_said():
    (problem,) = found(
        body='<p>Kom. <a href="#">Meld u <b>aan</b> voor\nde werksessie</a></p>'
    )
    assert problem.quote == "Meld u aan voor de werksessie"
    assert problem.quote in problem.message
    assert "https" in problem.message
    assert (problem.where, problem.severity) == ("body", "error")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_is_wrong_and_the_mend_can_be_told_apart(language):
    with translation.override(language):
        (problem,) = found(body='<p>Kom. <a href="#">Lees art. 5. Nu.</a></p>')
    assert "Lees art. 5. Nu." in problem.title
    assert "https" in problem.mend
    assert problem.message == f"{problem.title}. {problem.mend}"


def test_a_link_without_an_address_is_an_error():
    assert in_body("<p><a>Meld u aan</a></p>") == ["link_empty"]


def test_a_bare_anchor_is_no_link():
    assert in_body('<h2><a name="_Toc1">Agenda</a></h2>') == []


# --- images


@pytest.mark.parametrize("alt", ["", 'alt=""', 'alt=" "'])
def test_an_image_without_text_is_a_warning(alt):
    (problem,) = found(body=f'<p>Dag.<img src="https://x.example/a.png" {alt}></p>')
    assert (problem.code, problem.severity) == ("image_alt", "warning")
    assert "a.png" in problem.message


@pytest.mark.parametrize("src", ["a.png", "data:image/png;base64,AA", "cid:a", ""])
def test_an_image_that_no_reader_can_fetch_is_an_error(src):
    assert in_body(f'<p><img src="{src}" alt="Een sluis"></p>') == ["image_address"]


# --- size


def test_a_mail_that_gmail_cuts_off_is_a_warning():
    (problem,) = found(body=f"<p>{'Een lange zin. ' * 7000}</p>")
    assert (problem.code, problem.severity) == ("html_size", "warning")
    assert "102" in problem.message


def test_a_mail_just_below_that_size_is_none():
    assert codes(body=f"<p>{'Een lange zin. ' * 6000}</p>") == []


# --- order and ticks


def test_errors_come_first_and_each_kind_in_reading_order():
    problems = found(
        subject="",
        sender=None,
        body=(
            '<p><img src="https://x.example/b.png"> XXX <a href="#">een</a> [naam] '
            '<a href="/x">twee</a> {{ naam }}</p>'
        ),
    )
    assert [each.code for each in problems] == [
        "subject_missing",
        "placeholder",
        "link_empty",
        "placeholder",
        "link_relative",
        "merge_unknown",
        "sender_missing",
        "image_alt",
    ]


def test_a_warning_that_was_ticked_off_is_no_longer_open():
    bulletin = make_bulletin(
        lists=[], body='<p>Dag.<img src="https://x.example/b.png"></p>'
    )
    error, warning = find_problems(bulletin)
    bulletin.ticked_off = [error.key, warning.key]
    assert open_problems(bulletin) == [error]
    assert find_problems(bulletin) == [error, warning]


def test_a_text_that_is_no_more_than_an_address_is_read_without_a_warning():
    assert codes(body="http://x.example", sender=None) == ["sender_missing"]


def test_deep_nesting_is_read_to_its_end():
    assert in_body("<div>" * 3000 + "TODO" + "</div>" * 3000) == ["placeholder"]


# --- the command

_MAKE = """
from tests.make import *
lists = [make_list()]
make_subscriber(lists=lists)
bad = make_bulletin(lists=lists, body='<p>Kom. <a href="#">Meld u aan</a></p>')
sender = bad.sender
image = '<p>Dag.<img src="https://x.example/a.png"></p>'
make_bulletin(lists=lists, sender=sender, body=image)
"""


def test_the_command_exits_1_for_an_error_and_0_for_a_warning(product):
    bode = product(PYTHONPATH=".")
    bode.ok("shell", "-v0", "-c", _MAKE)
    bad = bode.run("preflight", "1", "--json")
    assert bad.returncode == 1
    (problem,) = json.loads(bad.stdout)
    assert problem.keys() == {"code", "severity", "where", "message"}
    assert (problem["code"], problem["severity"]) == ("link_empty", "error")
    assert len(bad.stderr.splitlines()) == 1

    warned = json.loads(bode.ok("preflight", "2", "--json"))
    assert [each["severity"] for each in warned] == ["warning"]

    unknown = bode.run("preflight", "99", "--json")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert len(unknown.stderr.splitlines()) == 1


def test_the_command_writes_one_line_for_each_problem(capsys):
    bulletin = make_bulletin(lists=[], subject="")
    with pytest.raises(CommandError, match="2"):
        call_command("preflight", str(bulletin.pk))
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == [
        "subject",
        "lists",
    ]


def test_the_command_says_so_where_nothing_is_wrong(capsys):
    mailing_list = make_list()
    make_subscriber(lists=[mailing_list])
    bulletin = make_bulletin(lists=[mailing_list])
    call_command("preflight", str(bulletin.pk), "--json")
    assert json.loads(capsys.readouterr().out) == []

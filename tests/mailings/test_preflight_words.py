"""Left-over words and merge fields: what preflight finds, and what it lets through."""

import time

import pytest

from mailings.forms import LONGEST_BODY
from mailings.preflight import find_problems
from tests.make import make_bulletin, make_list, make_sender, make_subscriber


def found(**changes):
    """What is wrong with a bulletin that is whole but for these changes."""
    mailing_list = make_list()
    make_subscriber(lists=[mailing_list])
    return find_problems(make_bulletin(lists=[mailing_list], **changes))


def codes(**changes):
    return [problem.code for problem in found(**changes)]


def in_body(html):
    return codes(body=f"<p>Beste lezer,</p>{html}")


# --- left-over words


@pytest.mark.parametrize(
    "words",
    [
        "[naam]",
        "[Naam van de gemeente]",
        "[[first name]]",
        "[datum]",
        "&lt;naam&gt;",
        "{naam}",
        "{$name}",
        "${x}",
        "{% if x %}",
        "«Voornaam»",
        "«Adres_1»",
        "*|FNAME|*",
        "%%first name%%",
        "%FIRSTNAME%",
        "##naam##",
        "XXX",
        "06-xxxxxxxx",
        "TODO",
        "Lorem ipsum",
    ],
)
def test_words_that_a_template_left_behind_are_an_error(words):
    assert in_body(f"<p>Op {words} komen wij.</p>") == ["placeholder"]


@pytest.mark.parametrize(
    "words",
    [
        "[1]",
        "[…]",
        "[sic]",
        "[PDF, 2 MB]",
        "[naam bekend bij de redactie]",
        "[tekst: Jan Jansen]",
        "[bijlage 2]",
        "« Le Monde »",
        "«Liberté»",
        "maat XXL",
        "100% BTW, 50% korting",
        "een to-do en een todo",
        "&lt;info@naam.example&gt;",
        "a &lt; b en c &gt; d",
        "artikel 3, lid 2 {a}",
        "€ 5,- **",
        "#water ##",
    ],
)
def test_words_that_only_look_left_behind_are_none(words):
    assert in_body(f"<p>Op {words} komen wij.</p>") == []


def test_left_over_words_are_found_wherever_an_editor_writes():
    sender = make_sender(signature="Groet,\n[naam]")
    problems = found(
        subject="[onderwerp]",
        preheader="XXX",
        headline="TODO",
        body="<p>Dag [naam]</p>",
        sender=sender,
    )
    assert [each.where for each in problems] == [
        "subject",
        "preheader",
        "headline",
        "body",
        "sender",
    ]


def test_a_signature_that_is_left_out_is_not_checked():
    assert codes(sender=make_sender(signature="[naam]"), sign=False) == []


def test_what_no_reader_sees_is_not_checked():
    assert in_body("<!-- TODO --><style>.XXX {}</style><script>XXX</script>") == []


# --- merge fields


@pytest.mark.parametrize("name", ["naam", "Name", "voornaam", "first name", "", "a.b"])
def test_a_field_that_is_none_is_an_error_that_names_those_that_are(name):
    (problem,) = found(body=f"<p>Beste {{{{ {name} }}}},</p>")
    assert problem.code == "merge_unknown"
    assert "salutation, first_name, infix" in problem.message


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Name", "name"), ("voornaam", "first_name"), ("organization", "organisation")],
)
def test_the_field_that_was_meant_is_named(written, meant):
    (problem,) = found(subject=f"Voor {{{{ {written}|u }}}}")
    assert (problem.where, f"{{{{ {meant} }}}}" in problem.message) == ("subject", True)


@pytest.mark.parametrize(
    "place",
    [
        "{{ salutation }}",
        "{{name}}",
        "{{ name|beste lezer }}",
        "{{&nbsp;first_name&nbsp;}}",
        "<strong>{{ organisation }}</strong>",
        "{{ <span>function</span> }}",
        "{{ unsubscribe_url }}",
    ],
)
def test_a_field_that_rendering_fills_in_is_none(place):
    assert in_body(f"<p>Voor {place}.</p>") == []


@pytest.mark.parametrize("half", ["{{ name", "name }}", "{{ name }", "{ name }}"])
def test_half_a_field_is_an_error(half):
    assert in_body(f"<p>Voor {half}, dag.</p>") == ["merge_broken"]


@pytest.mark.parametrize(
    "place",
    [
        "{{ <b>name</b> }}",
        "{<b>{ name }}</b>",
        "{{ first_<a href='https://x.example'>n",
    ],
)
def test_a_field_that_is_cut_by_formatting_is_an_error(place):
    rest = "ame }}</a>" if "first_" in place else ""
    assert in_body(f"<p>Voor {place}{rest}.</p>") == ["merge_split"]


def test_a_field_that_is_none_is_found_in_a_link_too():
    link = '<a href="https://x.example/{{ naam }}">Lees</a>'
    assert in_body(f"<p>{link}</p>") == ["merge_unknown"]


@pytest.mark.parametrize("words", ["<br>{{ a }}", "{{ a }}", "<br>[naam]", "<table>"])
def test_a_body_of_nothing_but_mistakes_is_checked_in_time(words):
    body = f"<p>{words * (LONGEST_BODY // len(words))}</p>"
    began = time.monotonic()
    found(body=body)
    assert time.monotonic() - began < 10

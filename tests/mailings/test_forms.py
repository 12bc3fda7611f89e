"""What an editor may fill in, and what the form makes of it."""

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import translation
from django_prose_editor.config import allowlist_from_extensions, expand_extensions

from mailings.editor import EXTENSIONS
from mailings.forms import LONGEST_BODY, BulletinForm, BulletinReading
from mailings.models import Bulletin
from mailings.rendering.sanitising import ATTRIBUTES, TAGS, sanitise
from tests.make import make_bulletin, make_list, make_sender, make_subscriber


def filled(**changes: object) -> QueryDict:
    answers = QueryDict(mutable=True)
    for name, value in {"subject": "Dijken", "language": "nl", **changes}.items():
        answers.setlist(name, value if isinstance(value, list) else [value])
    return answers


def test_a_draft_may_be_saved_unfinished():
    assert BulletinForm(filled(subject="")).is_valid()


def test_a_subject_on_two_lines_is_refused():
    form = BulletinForm(filled(subject="Dijken\nBcc: iedereen@example.org"))
    assert list(form.errors) == ["subject"]


def test_the_text_is_sanitised_when_it_is_saved():
    form = BulletinForm(
        filled(body='<p onclick="x()">Dag</p><script>alert(1)</script><p>Weg</p>')
    )
    assert form.is_valid()
    assert form.cleaned_data["body"] == "<p>Dag</p><p>Weg</p>"


def test_what_the_editor_can_make_survives_the_sanitiser():
    made = allowlist_from_extensions(expand_extensions(EXTENSIONS))
    # What the editor reads, and writes as another tag or not at all.
    never_written = {"thead", "tfoot", "b", "i", "del", "strike"}
    assert made["tags"] - never_written <= TAGS
    kept = {
        tag: names & ATTRIBUTES.get(tag, set())
        for tag, names in made["attributes"].items()
    }
    assert {"href", "title"} <= kept["a"]
    assert {"src", "alt"} <= kept["img"]
    assert {"colspan", "rowspan"} <= kept["td"] & kept["th"]


def test_merge_fields_survive_the_sanitiser():
    body = (
        '<p>Beste {{ salutation|lezer }}, <a href="{{ unsubscribe_url }}">weg</a></p>'
    )
    form = BulletinForm(filled(body=body))
    assert form.is_valid()
    assert form.cleaned_data["body"] == body


def test_a_body_that_is_as_long_as_it_may_be_is_taken():
    assert BulletinForm(filled(body="x" * LONGEST_BODY)).is_valid()


def test_a_body_of_five_megabytes_is_refused_in_words():
    form = BulletinForm(filled(body="x" * 5_000_000))
    with translation.override("nl"):
        assert list(form.errors) == ["body"]
    assert "5.000.000" in form.errors["body"][0]
    assert form["body"].value() == "x" * 5_000_000


def test_a_list_that_is_not_there_is_refused():
    form = BulletinForm(filled(lists=["12345"]))
    assert list(form.errors) == ["lists"]


def test_status_and_send_time_are_no_fields_of_the_form():
    bulletin = make_bulletin()
    form = BulletinForm(
        filled(status="sent", send_at="2026-01-01", version="9", reason="x"),
        instance=bulletin,
    )
    assert form.is_valid()
    assert form.instance.status == Bulletin.Status.DRAFT
    assert (form.instance.send_at, form.instance.version) == (None, 1)
    assert form.instance.reason == ""


def test_ticks_are_kept_once_each():
    form = BulletinForm(filled(ticks=["a:body:x", "a:body:x", "b:body:"]))
    assert form.is_valid()
    assert form.instance.ticked_off == ["a:body:x", "b:body:"]


def test_ticks_without_end_are_cut():
    form = BulletinForm(filled(ticks=[str(n) for n in range(2000)] + ["x" * 5000]))
    assert form.is_valid()
    assert len(form.instance.ticked_off) == 500
    assert "x" * 5000 not in form.instance.ticked_off


def test_each_list_says_how_many_people_are_on_it():
    news = make_list()
    make_list(name="Leeg", slug="leeg")
    make_subscriber(lists=[news])
    make_subscriber("b@example.org", lists=[news])
    choices = BulletinForm().list_choices
    assert [(str(one.box.choice_label), one.people) for one in choices] == [
        ("Leeg", 0),
        ("Nieuwsbrief", 2),
    ]


def test_a_reading_takes_what_a_save_would_refuse():
    reading = BulletinReading(filled(subject="", headline="x" * 500))
    bulletin, lists = reading.read()
    assert (bulletin.subject, bulletin.headline, lists) == ("", "x" * 500, [])


def test_a_reading_saves_nothing():
    bulletin = make_bulletin(subject="Oud")
    sender = make_sender(from_address="b@lageland.example")
    read, _lists = BulletinReading(
        filled(subject="Nieuw", sender=str(sender.pk)), instance=bulletin
    ).read()
    assert (read.subject, read.sender) == ("Nieuw", sender)
    assert Bulletin.objects.get().subject == "Oud"


def test_the_editor_gets_a_text_that_it_knows():
    """An imported body may hold tags that the editor would drop without a word."""
    bulletin = make_bulletin(body="<div>Een</div><h1>Twee</h1>")
    form = BulletinForm(instance=bulletin)
    assert form["body"].value() == sanitise(bulletin.body)
    assert "<h2>Twee</h2>" in form["body"].value()


def test_a_control_character_in_the_body_is_refused():
    form = BulletinForm(filled(body="<p>a\x00b</p>"))
    with pytest.raises(ValidationError):
        form.fields["body"].clean("a\x00b")
    assert list(form.errors) == ["body"]

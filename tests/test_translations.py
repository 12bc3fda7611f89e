"""Bode is complete in Dutch and English."""

import ast

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

from tests import translations


def test_every_sentence_has_its_dutch():
    standing = translations.standing()
    missing = [
        message.id
        for message in translations.sentences()
        if message.id
        and not (
            (known := standing.get(message.id, context=message.context))
            and all(translations.strings(known))
            and not known.fuzzy
        )
    ]
    assert missing == []


def test_no_sentence_hides_where_it_is_not_found():
    hidden = [
        (path, call.lineno)
        for path, source in translations.sources()
        if path.endswith(".py")
        for string in ast.walk(ast.parse(source))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in translations.KEYWORDS
    ]
    assert hidden == []


def test_no_translation_is_left_over():
    now = translations.sentences()
    assert [
        message.id
        for message in translations.standing()
        if message.id and not now.get(message.id, context=message.context)
    ] == []


def test_a_translation_has_the_places_of_its_sentence():
    for message in translations.standing():
        if not message.id:
            continue
        ids = message.id if message.pluralizable else [message.id]
        wanted = set(translations.PLACES.findall(ids[-1]))
        for string in translations.strings(message):
            places = set(translations.PLACES.findall(string))
            assert places <= wanted, string
            assert places == wanted or message.pluralizable, string


def test_the_compiled_translations_are_those_of_the_source():
    with (translations.FOLDER / "django.mo").open("rb") as file:
        compiled = _table(read_mo(file))
    assert compiled == _table(translations.standing())


def _table(catalog: Catalog) -> dict[str, list[str]]:
    return {
        m.id if isinstance(m.id, str) else m.id[0]: translations.strings(m)
        for m in catalog
        if m.id
    }

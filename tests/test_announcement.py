"""A bulletin like the real ones comes out perfect: nothing lost, nothing twice."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from mailings.preflight import find_problems
from subscribers.tokens import read_leave_token
from tests.announcements import FILES, import_announcement, mend_links, send

LINK = re.compile(r"http://127\.0\.0\.1:8000/u/([\w.-]+)")


@pytest.fixture(params=FILES, ids=[file.stem for file in FILES])
def file(request) -> Path:
    return request.param


def _body_of(file: Path) -> BeautifulSoup:
    """What the announcement says below its heading block."""
    below = file.read_text().split("\n### ", 1)[1]
    return BeautifulSoup(MarkdownIt().render(f"### {below}"), "lxml")


def _words(text: str) -> str:
    return " ".join(text.split())


def test_preflight_names_each_link_that_goes_nowhere(file):
    bulletin = import_announcement(file)
    links = [link.text for link in _body_of(file).select("a[href='#']")][:-1]
    assert [problem.quote for problem in find_problems(bulletin)] == links


def test_it_is_read_as_it_was_written(file):
    bulletin = import_announcement(file)
    mend_links(bulletin)
    written = _body_of(file)
    mail = send(bulletin)["noor@eikerveld.example"]
    html = BeautifulSoup(mail.get_body(["html"]).get_content(), "lxml")
    text = _words(mail.get_body(["plain"]).get_content())

    headline = written.h3.extract().text
    assert mail["Subject"] == bulletin.subject
    assert [h1.text for h1 in html.select("h1")] == [headline]
    assert text.count(headline) == 1
    paragraphs = [_words(p.text) for p in written.select("p")]
    read = [_words(p.text) for p in html.select("p, td")]
    for paragraph in paragraphs:
        assert read.count(paragraph) == 1, paragraph
    for bold in written.select("strong"):
        assert _words(bold.text) in [_words(b.text) for b in html.select("strong, b")]
    for link in written.select("a"):
        assert link.text in [a.text for a in html.select("a")]
    for paragraph in paragraphs:
        assert paragraph[:40] in text, paragraph


def test_each_reader_has_the_own_way_out_once(file):
    bulletin = import_announcement(file)
    mend_links(bulletin)
    mails = send(bulletin)
    tokens = set()
    for mail in mails.values():
        parts = [part.get_content() for part in mail.iter_parts()]
        found = [LINK.findall(part) for part in parts]
        assert [len(links) for links in found] == [1, 1]
        assert found[0] == found[1] == LINK.findall(mail["List-Unsubscribe"])
        tokens.add(found[0][0])
    assert len({read_leave_token(token).subscriber_id for token in tokens}) == 2

"""A file's text becomes a draft."""

from email.utils import parseaddr

from bs4 import BeautifulSoup
from bs4.element import PageElement, Tag
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from mailings.errors import MailingError
from mailings.importing.fields import take_fields
from mailings.importing.headings import split_heading
from mailings.importing.languages import guess_language
from mailings.importing.leaving import link_the_way_out
from mailings.importing.markdown import to_html, to_words
from mailings.models import Bulletin, Layout, TrailEntry
from mailings.rendering.parsing import parse
from mailings.rendering.sanitising import sanitise
from senders.addresses import BadAddress, validate_address
from senders.models import Organisation, Sender
from senders.text import one_line
from subscribers.models import MailingList

LONGEST = 200  # of a subject and a headline


@transaction.atomic
def import_bulletin(
    text: str,
    *,
    mailing_list: MailingList,
    sender: Sender | None = None,
    layout: Layout | None = None,
    subject: str = "",
    by: str = "",
) -> Bulletin:
    """Make a draft for a list from Markdown, which closes with its own signature.

    Raises MailingError where there is no subject, or no sender to write as.
    """
    heading = split_heading(text)
    soup = parse(sanitise(to_html(heading.text)))
    fields = take_fields(soup, longest=LONGEST)
    link_the_way_out(soup)
    _drop_last_rule(soup)
    bulletin = Bulletin.objects.create(
        subject=_subject(subject, to_words(heading.subject), fields.headline),
        date=fields.date,
        headline=one_line(fields.headline),
        body=sanitise(str(soup)),
        sender=sender or _sender(mailing_list),
        sign=False,
        layout=layout or Layout.objects.default(),
        language=guess_language(soup.get_text()),
    )
    bulletin.note(TrailEntry.Act.COMPOSED, by=by)
    bulletin.lists.set([mailing_list])
    return bulletin


def _subject(*candidates: str) -> str:
    """The first that says something."""
    subject = next(filter(None, map(one_line, candidates)), "")
    if not subject:
        raise MailingError(_("The file names no subject: give one with --subject."))
    if len(subject) > LONGEST:
        raise MailingError(
            _("The subject is longer than %(most)d characters: give a shorter one.")
            % {"most": LONGEST}
        )
    return subject


def _sender(mailing_list: MailingList) -> Sender:
    """The list's own, else the only one there is, else one from the settings."""
    if mailing_list.default_sender:
        return mailing_list.default_sender
    first_two = Sender.objects.all()[:2]
    return first_two[0] if len(first_two) == 1 else _sender_of_settings()


def _sender_of_settings() -> Sender:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if known := Sender.objects.filter(from_address__iexact=address).first():
        return known
    try:
        validate_address(address)
    except BadAddress:
        raise MailingError(
            _("DEFAULT_FROM_EMAIL is no e-mail address: name a sender with --sender.")
        ) from None
    from_name = one_line(name) or Organisation.objects.current().name
    return Sender.objects.create(from_name=from_name, from_address=address)


def _drop_last_rule(soup: BeautifulSoup) -> None:
    """A rule below the text divided it from what is no longer there."""
    for node in reversed(list(soup.contents)):
        if not _is_rule(node) and str(node).strip():
            break
        node.extract()


def _is_rule(node: PageElement) -> bool:
    return isinstance(node, Tag) and node.name == "hr"

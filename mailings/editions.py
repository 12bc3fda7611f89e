"""From a bulletin to its edition, and from an edition to each person's message."""

import hashlib
import json
import struct
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.utils import timezone

from mailings.models import Bulletin, Delivery, Edition
from mailings.rendering import headers, merge
from mailings.rendering.composing import compose
from mailings.rendering.content import Content, House, Rendered
from mailings.rendering.message import Compiled, Envelope, Person
from senders.addresses import on_the_wire
from senders.logo import logo_url
from senders.models import Organisation
from senders.transports.base import Frame, Message
from subscribers import tokens
from subscribers.models import MailingList, Subscriber

_LOGO_HEIGHT, _LOGO_WIDTH = 40, 200


def compile_edition(
    bulletin: Bulletin, *, lists: Sequence[MailingList] | None = None
) -> Edition:
    """The bulletin compiled into an unsaved edition that depends on nothing else.

    With `lists`, the bulletin itself may be unsaved. What is missing (a sender, lists,
    a subject) is preflight's to say: a preview compiles all the same.
    """
    chosen = sorted(
        bulletin.lists.all() if lists is None else lists,
        key=lambda one: (one.name, one.pk),
    )
    organisation = Organisation.objects.current()
    rendered = compose(_content(bulletin, chosen, organisation))
    return _edition(bulletin, chosen, organisation, rendered)


class Press:
    """Makes messages of an edition: compiled once, joined for each person."""

    def __init__(self, edition: Edition, bulletin: Bulletin) -> None:
        self.edition = edition
        self.bulletin = bulletin
        self._date = format_datetime(timezone.localtime(_date(bulletin)))
        fixed = [(str(name), str(value)) for name, value in edition.headers]
        self._fixed = (("Date", self._date), *fixed)
        self._from = headers.shown(edition.from_name, edition.from_address)
        self._compiled = Compiled(
            Envelope(
                subject=edition.subject,
                html=edition.html,
                text=edition.text,
                language=edition.language,
                fingerprint=edition.fingerprint,
                from_name=edition.from_name,
                from_address=edition.from_address,
                reply_to=edition.reply_to,
                date=self._date,
                fixed=tuple(fixed),
            )
        )
        # One for all: a transport knows by it what belongs to one bulletin.
        self._frame = Frame(self._compiled.text.pieces, self._compiled.html.pieces)

    def message_for(self, delivery: Delivery) -> Message:
        """What leaves for this delivery: the same bytes at every call."""
        token = tokens.make_leave_token(
            subscriber_id=delivery.subscriber_id or 0,
            address_key=delivery.address_key,
            bulletin_id=self.edition.bulletin_id,
            list_ids=tuple(self.edition.list_ids),
        )
        return self._message(
            email=delivery.email, values=delivery.values, token=token, key=delivery.pk
        )

    def message_for_subscriber(self, subscriber: Subscriber) -> Message:
        """What this person would get: before the start, with a link that works."""
        token = tokens.make_leave_token(
            subscriber_id=subscriber.pk,
            address_key=subscriber.address_key,
            bulletin_id=self.edition.bulletin_id or 0,
            list_ids=tuple(self.edition.list_ids),
        )
        return self._message(
            email=subscriber.email,
            values=values_of(subscriber),
            token=token,
            key=0,
            id_key=f"s{subscriber.pk}",
        )

    def practice_message(self, *, email: str, values: Mapping[str, str]) -> Message:
        """A preview or a test: its link acts on nobody, and says so."""
        return self._message(
            email=email,
            values=values,
            token=tokens.make_practice_token(),
            key=0,
            id_key=f"p{uuid.uuid4().hex}",
        )

    def _message(
        self,
        *,
        email: str,
        values: Mapping[str, str],
        token: str,
        key: int,
        id_key: str = "",
    ) -> Message:
        edition = self.edition
        link = tokens.leave_url(token)
        known = merge.known(values, email) | {merge.LINK: link}
        person = Person(
            address=on_the_wire(email),
            values=known,
            message_id=headers.message_id(
                self.bulletin.token, id_key or key, edition.from_address
            ),
            unsubscribe_url=link,
        )
        made = self._compiled.made_for(person)
        return Message(
            key=key,
            mail_from=edition.from_address,
            recipient=person.address,
            content=made.content,
            subject=made.subject,
            from_header=self._from,
            to_header=headers.shown(known["name"], person.address),
            reply_to=edition.reply_to,
            headers=(*self._fixed, *_own_headers(person)),
            text=made.text,
            html=made.html,
            frame=self._frame,
            values=made.values,
        )


def _own_headers(person: Person) -> tuple[tuple[str, str], ...]:
    return (
        ("Message-ID", person.message_id),
        ("List-Unsubscribe", f"<{person.unsubscribe_url}>"),
    )


def values_of(subscriber: Subscriber) -> dict[str, str]:
    """What the start freezes of a person in their delivery."""
    own = (name for name in merge.FIELDS if name not in ("email", merge.LINK))
    return {name: getattr(subscriber, name) for name in own}


def _date(bulletin: Bulletin) -> datetime:
    return bulletin.started_at or bulletin.send_at or timezone.now()


def _content(
    bulletin: Bulletin, lists: Sequence[MailingList], organisation: Organisation
) -> Content:
    sender = bulletin.sender
    return Content(
        subject=bulletin.subject,
        body=bulletin.body,
        language=bulletin.language,
        house=_house(bulletin, organisation),
        list_names=tuple(one.name for one in lists),
        preheader=bulletin.preheader,
        date=bulletin.date,
        headline=bulletin.headline,
        signature=sender.signature if sender and bulletin.sign else "",
    )


def _house(bulletin: Bulletin, organisation: Organisation) -> House:
    layout, sender = bulletin.layout, bulletin.sender
    shows_logo = layout is None or layout.show_logo
    return House(
        # Until somebody says whose Bode this is, mail is its sender's.
        name=organisation.name if organisation.pk or not sender else sender.from_name,
        colour=(layout and layout.colour) or organisation.colour,
        logo_url=logo_url() if shows_logo and organisation.logo else "",
        logo_size=_logo_size(bytes(organisation.logo)),
        postal_address=organisation.postal_address,
        footer=layout.footer if layout else "",
        frame=layout.frame if layout else "letter",
    )


def _logo_size(png: bytes) -> tuple[int, int]:
    """In the letter's head: 40 high, unless it is very wide."""
    if len(png) < 24:
        return 0, 0
    width, height = struct.unpack(">II", png[16:24])
    scale = min(_LOGO_HEIGHT / max(height, 1), _LOGO_WIDTH / max(width, 1))
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _edition(
    bulletin: Bulletin,
    lists: Sequence[MailingList],
    organisation: Organisation,
    rendered: Rendered,
) -> Edition:
    sender = bulletin.sender
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    reply_to = _wire(sender.reply_to) if sender else ""
    from_address = on_the_wire(sender.from_address if sender else address)
    contact = _wire(organisation.contact) or reply_to or from_address
    edition = Edition(
        language=bulletin.language,
        subject=rendered.subject,
        from_name=sender.from_name if sender else name,
        from_address=from_address,
        reply_to=reply_to,
        headers=_headers(lists, contact),
        list_ids=[one.pk for one in lists],
        html=rendered.html,
        text=rendered.text,
    )
    if bulletin.pk:
        edition.bulletin = bulletin
    edition.fingerprint = _fingerprint(edition)
    return edition


def _wire(address: str) -> str:
    return on_the_wire(address) if address else ""


def _headers(lists: Sequence[MailingList], contact: str) -> list[list[str]]:
    """The fixed ones of a list's mail, safe on the wire (RFC 2369, 2919, 8058)."""
    found = [
        ["List-Unsubscribe-Post", "List-Unsubscribe=One-Click"],
        ["List-Help", headers.mailto(contact, subject="help")],
        ["List-Owner", headers.mailto(contact)],
        ["List-Post", "NO"],
        ["Precedence", "bulk"],
    ]
    if lists:
        named = headers.list_id(lists[0].name, lists[0].slug, settings.SITE_HOST)
        found.insert(0, ["List-Id", named])
    return found


def _fingerprint(edition: Edition) -> str:
    """SHA-256 of all that leaves, in hex."""
    fixed = [
        edition.language,
        edition.subject,
        edition.from_name,
        edition.from_address,
        edition.reply_to,
        edition.headers,
        edition.list_ids,
        edition.html,
        edition.text,
    ]
    return hashlib.sha256(json.dumps(fixed).encode()).hexdigest()

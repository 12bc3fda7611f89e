"""What the demo's organisation wrote: one ready to go, one with mistakes, one sent."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils import formats, timezone, translation

from mailings.models import Bulletin, Layout
from senders.models import Sender
from subscribers.models import MailingList

TEXTS = Path(__file__).parent / "texts"
LANGUAGE = "nl"
THURSDAY = 3  # as date.weekday() counts


def make_announcement(**own: Any) -> Bulletin:
    """Finished: it may be scheduled as it stands."""
    session = session_day(timezone.localdate())
    return _make(
        "hoogwater",
        [*own.pop("lists").values()],
        subject="Handreiking hoogwater: zo bereidt uw gemeente zich voor",
        preheader="Draaiboek, voorbeeldbrieven en een werksessie voor uw team",
        headline="Handreiking hoogwater: zo bereidt uw gemeente zich voor",
        date=timezone.localdate(),
        words={"session": in_words(session)},
        **own,
    )


def make_draft_with_mistakes(**own: Any) -> Bulletin:
    """For the editor to mend: preflight names each mistake."""
    return _make(
        "energie",
        [own.pop("lists")["nieuwsbrief"]],
        subject="Kom kijken hoe een energieloket werkt",
        preheader="Vier gemeenten laten zien wat het kost en wat het oplevert",
        headline="Kom kijken hoe een energieloket werkt",
        date=timezone.localdate(),
        **own,
    )


def make_sent(*, started_at: datetime, **own: Any) -> Bulletin:
    """Gone out some days ago; `mailings.demo.ledger` tells what became of it."""
    return _make(
        "regiodag",
        [own.pop("lists")["nieuwsbrief"]],
        subject="Terugblik op de regiodag in Veenmeer",
        preheader="De verslagen, een nieuwe opleiding en de volgende regiodag",
        headline="Dit nemen wij mee van de regiodag",
        date=timezone.localdate(started_at),
        status=Bulletin.Status.SENT,
        send_at=started_at,
        started_at=started_at,
        created_at=started_at - timedelta(days=3),
        **own,
    )


def session_day(today: date) -> date:
    """A Thursday, two to three weeks from now: far enough off to sign up for."""
    later = today + timedelta(days=14)
    return later + timedelta(days=(THURSDAY - later.weekday()) % 7)


def last_working_morning(today: date) -> datetime:
    """Nine o'clock on the last weekday before today."""
    day = today - timedelta(days=1)
    while day.weekday() > THURSDAY + 1:
        day -= timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(9)))


def in_words(day: date) -> str:
    with translation.override(LANGUAGE):
        return formats.date_format(day, "l j F Y")


def _make(
    text: str,
    lists: list[MailingList],
    *,
    sender: Sender,
    layout: Layout,
    words: dict[str, str] | None = None,
    **fields: Any,
) -> Bulletin:
    body = (TEXTS / f"{text}.html").read_text(encoding="utf-8")
    for name, word in (words or {}).items():
        body = body.replace(f"[[{name}]]", word)
    bulletin = Bulletin.objects.create(
        body=body, sender=sender, layout=layout, language=LANGUAGE, **fields
    )
    bulletin.lists.set(lists)
    return bulletin

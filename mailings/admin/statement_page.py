"""The statement to take along: as a sheet, on paper, and the exact mail of each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bode.ui import DELIVERY_LOOKS
from mailings import sheets, statement
from mailings.admin.deliveries_page import statement_of, told
from mailings.admin.pages import BulletinPages
from mailings.errors import NoMail
from mailings.models import Bulletin, Delivery, Edition
from mailings.reasons import in_words, reason_text, reason_texts
from mailings.rendering.headers import message_id
from mailings.statement import Line
from senders.caging import caged
from senders.opened_mail import OpenedMail, open_mail
from senders.transports.base import Message
from subscribers import tokens

ON_PAPER = 5000  # about a hundred sheets; who has more takes the CSV
FINGERPRINT = 12  # of 64 characters: as many as tell editions apart
PARTS = {
    "html": "HTML",
    "text": gettext_lazy("Text"),
    "headers": gettext_lazy("Headers"),
}


class StatementPages(BulletinPages):
    def get_urls(self) -> list[URLPattern]:
        mail = "deliveries/<int:delivery_id>/mail/"
        pages: dict[str, tuple[str, Callable[..., HttpResponseBase]]] = {
            "deliveries_csv": ("deliveries/csv/", self.sheet),
            "deliveries_print": ("deliveries/print/", self.paper),
            "mail": (mail, self.mail_page),
            "mail_html": (f"{mail}html/", self.mail_html),
            "mail_file": (f"{mail}file/", self.mail_file),
        }
        own = [
            path(
                f"<int:pk>/{route}",
                self.admin_site.admin_view(view),
                name=f"mailings_bulletin_{name}",
            )
            for name, (route, view) in pages.items()
        ]
        return own + super().get_urls()

    def sheet(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Everyone, as CSV in the reader's language; sent while it is being read."""
        bulletin = self.bulletin_for(request, pk)
        rows = _Rows(bulletin)
        portions = sheets.encoded(rows.all(), delimiter=sheets.delimiter())
        name = f'attachment; filename="bulletin-{bulletin.pk}.csv"'
        return StreamingHttpResponse(
            portions,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": name},
        )

    def paper(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Everyone on one page that prints well, up to ON_PAPER."""
        bulletin = self.bulletin_for(request, pk)
        deliveries = statement.deliveries_of(bulletin)
        context = statement_of(bulletin) | {
            "title": _("Who got this bulletin?"),
            "most": ON_PAPER,
            "made_at": timezone.now(),
        }
        fits = int(str(context["audience"])) <= ON_PAPER
        shown = statement.page(deliveries, size=ON_PAPER) if fits else []
        context |= {"fits": fits, "rows": [told(line) for line in shown]}
        return self.page(request, bulletin, "deliveries_print", **context)

    def mail_page(
        self, request: HttpRequest, pk: int, delivery_id: int
    ) -> HttpResponse:
        """The mail to one person, or why there is none."""
        delivery = self._delivery(request, pk, delivery_id)
        part = request.GET.get("part", "")
        context = {
            "title": _("The mail to this person"),
            "delivery": delivery,
            "line": _line(delivery),
            "person": statement.full_name(delivery.values),
            "why": reason_text(delivery.reason),
            "parts": PARTS,
            "part": part if part in PARTS else "html",
            "edition": delivery.edition,
        }
        try:
            context["opened"] = _shown(statement.exact_mail(delivery))
        except NoMail as why_not:
            context["why_not"] = str(why_not)
        return self.page(request, delivery.bulletin, "deliveries_mail", **context)

    def mail_html(
        self, request: HttpRequest, pk: int, delivery_id: int
    ) -> HttpResponse:
        """The mail's HTML, caged: it runs no script, whoever opens it and how."""
        delivery = self._delivery(request, pk, delivery_id)
        return caged(_shown(_mail_or_404(delivery)).html)

    def mail_file(
        self, request: HttpRequest, pk: int, delivery_id: int
    ) -> HttpResponse:
        """The bytes that were handed over.

        They hold the link by which this person leaves, so that who may only look does
        not get them; and there are none of a mail that was never handed over.
        """
        delivery = self._delivery(request, pk, delivery_id)
        if not self.may_work(request):
            raise PermissionDenied
        if not delivery.attempts:
            raise Http404
        return HttpResponse(
            _mail_or_404(delivery).content,
            content_type="message/rfc822",
            headers={
                "Content-Disposition": f'attachment; filename="mail-{delivery.pk}.eml"'
            },
        )

    def _delivery(self, request: HttpRequest, pk: int, delivery_id: int) -> Delivery:
        bulletin = self.bulletin_for(request, pk)
        theirs = bulletin.deliveries.select_related("edition")
        delivery = get_object_or_404(theirs, pk=delivery_id)
        delivery.bulletin = bulletin
        return delivery


@dataclass(frozen=True)
class _Words:
    """In the reader's language: a page may be another's while the rows still go."""

    states: dict[str, str]
    reasons: dict[str, str]
    erased: str


class _Rows:
    """The rows of a sheet. Its words are chosen when it is made."""

    def __init__(self, bulletin: Bulletin) -> None:
        self.bulletin = bulletin
        self.editions = {one.pk: one for one in bulletin.editions.defer("html", "text")}
        self.zone = timezone.get_current_timezone()
        self.head = _head()
        self.words = _Words(
            states={name: str(look.word) for name, look in DELIVERY_LOOKS.items()},
            reasons=reason_texts(),
            erased=_("erased person"),
        )

    def all(self) -> Iterator[list[str]]:
        yield self.head
        lines = statement.lines(statement.deliveries_of(self.bulletin))
        for number, line in enumerate(lines, 1):
            yield [str(number), *self._cells(line, self.editions[line.edition_id])]

    def _cells(self, line: Line, edition: Edition) -> list[str]:
        name = statement.full_name(line.values)
        harmless = sheets.harmless
        made = message_id(self.bulletin.token, line.pk, edition.from_address)
        return [
            harmless(line.email),
            self.words.erased if line.is_erased else harmless(name),
            self.words.states[line.state],
            harmless(in_words(line.reason, texts=self.words.reasons)),
            str(line.attempts),
            self._moment(line.since),
            self._moment(line.next_try),
            made if line.attempts else "",
            edition.fingerprint[:FINGERPRINT],
        ]

    def _moment(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}" if at else ""


def _head() -> list[str]:
    return [
        _("No."),
        _("E-mail address"),
        _("Name"),
        _("Status"),
        _("Why"),
        _("Attempts"),
        _("When"),
        _("Next attempt"),
        "Message-ID",
        _("Edition"),
    ]


def _line(delivery: Delivery) -> Line:
    return statement.page(Delivery.objects.filter(pk=delivery.pk), size=1)[0]


def _mail_or_404(delivery: Delivery) -> Message:
    try:
        return statement.exact_mail(delivery)
    except NoMail as why_not:
        raise Http404 from why_not


def _shown(mail: Message) -> OpenedMail:
    """The mail as it is read on a page, where its link to leave acts on nobody."""
    theirs = dict(mail.headers)["List-Unsubscribe"].strip("<>")
    nobodys = tokens.leave_url(tokens.make_practice_token())
    opened = open_mail(mail.content)
    headers = ((name, value.replace(theirs, nobodys)) for name, value in opened.headers)
    return replace(
        opened,
        html=opened.html.replace(theirs, nobodys),
        text=opened.text.replace(theirs, nobodys),
        headers=tuple(headers),
        source="",
    )

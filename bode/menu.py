"""The menu of the admin, and what its foot says about sending."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bode.banner import Notice
from mailings.models import Bulletin

# The models of each section, in the order of the menu.
MAILINGS = ("mailings.bulletin", "mailings.layout", "senders.sender")
SUBSCRIBERS = ("subscribers.subscriber", "subscribers.mailinglist")
MANAGEMENT = ("auth.user", "senders.organisation", "senders.outboxmail")
# A page that has no place of its own in the menu stands under another.
UNDER = {"auth.user": "auth.group"}
# How a provider writes its own name, where it is not the transport's in capitals.
PROVIDERS = {
    "amazon_ses": "Amazon SES",
    "mailersend": "MailerSend",
    "sendgrid": "SendGrid",
    "sparkpost": "SparkPost",
    "unisender_go": "Unisender Go",
}


@dataclass(frozen=True)
class Item:
    title: str
    url: str
    here: str  # the value of aria-current, or nothing
    count: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    items: list[Item]


@dataclass(frozen=True)
class SendingState:
    icon: str
    tone: str
    sentence: str


def build_menu(site: admin.AdminSite, request: HttpRequest) -> list[Section]:
    """What this person may see, in our order."""
    index = reverse(f"{site.name}:index")
    here = "page" if request.path == index else ""
    sections = [
        Section("", [Item(_("Overview"), index, here)]),
        Section(_("Mailings"), _items(site, request, MAILINGS)),
        Section(_("Subscribers"), _items(site, request, SUBSCRIBERS)),
        Section(_("Management"), _items(site, request, MANAGEMENT)),
    ]
    return [section for section in sections if section.items]


def _items(
    site: admin.AdminSite, request: HttpRequest, labels: tuple[str, ...]
) -> list[Item]:
    registered = {model._meta.label_lower: model for model in site._registry}
    items = []
    for label in labels:
        model = registered.get(label)
        if model and site._registry[model].has_view_or_change_permission(request):
            items.append(_item(site, request, label))
    return items


def _item(site: admin.AdminSite, request: HttpRequest, label: str) -> Item:
    url = _changelist(site, label)
    below = (url, _changelist(site, UNDER[label])) if label in UNDER else (url,)
    here = "true" if request.path.startswith(below) else ""
    if request.path == url:
        here = "page"
    count = _busy() if label == "mailings.bulletin" else ""
    return Item(_titles()[label], url, here, count)


def _changelist(site: admin.AdminSite, label: str) -> str:
    return reverse(f"{site.name}:{label.replace('.', '_')}_changelist")


def _titles() -> dict[str, str]:
    return {
        "mailings.bulletin": _("Bulletins"),
        "mailings.layout": _("Layouts"),
        "senders.sender": _("Senders"),
        "subscribers.subscriber": _("Subscribers"),
        "subscribers.mailinglist": _("Lists"),
        "auth.user": _("Users and roles"),
        "senders.organisation": _("Organisation"),
        "senders.outboxmail": _("Outgoing mail (demo)"),
    }


def _busy() -> str:
    busy = Bulletin.objects.sending().count()
    return ngettext("%d going out", "%d going out", busy) % busy if busy else ""


def sending_state(notice: Notice | None) -> SendingState:
    """Whether mail leaves, in one sentence, as the banner says it where there is one.

    Costs one small query.
    """
    if notice:
        return SendingState(notice.icon, notice.tone, notice.short)
    if Bulletin.objects.filter(status=Bulletin.Status.PAUSED).exists():
        sentence = _("A bulletin is paused; the rest goes out")
        return SendingState("bars", "attention", sentence)
    return SendingState("ringed-tick", "good", _way_out())


def _way_out() -> str:
    if settings.TRANSPORT == "outbox":
        return _("Sending is on, through the demo outbox")
    if settings.TRANSPORT == "smtp":
        return _("Sending is on, through your own mail server")
    provider = PROVIDERS.get(settings.TRANSPORT, settings.TRANSPORT.capitalize())
    return _("Sending is on, through %(provider)s") % {"provider": provider}

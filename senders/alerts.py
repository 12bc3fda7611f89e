"""Mail to the operators: what needs who keeps the server running."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from senders.letters import post
from senders.models import Letter

LIFETIME = timedelta(days=2)  # later it is no news, and the banner says it too
MOST = 20  # letters an hour about errors: the twenty-first tells nothing new


def tell_operators(*, subject: str | Promise, text: str | Promise) -> None:
    """Post one letter to each address of OPERATORS; without any, do nothing.

    They are written in the caller's transaction, and in the language of the server:
    hand over lazy translations. Neither subject nor text may hold a secret.
    """
    with translation.override(settings.LANGUAGE_CODE):
        ending = _("You get this because your address is one of OPERATORS at %(site)s.")
        body = f"{text}\n\n{ending % {'site': settings.SITE_URL}}\n"
        for address in settings.OPERATORS:
            post(
                kind=Letter.ALERT,
                recipient=address,
                subject=_subject(subject),
                text=body,
                lifetime=LIFETIME,
            )


def tell_operators_once(
    *, subject: str | Promise, text: str | Promise, within: timedelta
) -> None:
    """As `tell_operators`, but not where this subject was told `within` that time.

    For what may happen a thousand times: other subjects are bounded too.
    """
    with transaction.atomic():
        recent = Letter.objects.filter(kind=Letter.ALERT, created_at__gt=Now() - within)
        with translation.override(settings.LANGUAGE_CODE):
            told = recent.filter(subject=_subject(subject))
        if told.exists() or recent.count() >= MOST * len(settings.OPERATORS):
            return
        tell_operators(subject=subject, text=text)


def _subject(subject: str | Promise) -> str:
    return f"Bode: {subject}"[:200]

"""Mail to the operators: what needs who keeps the server running."""

from datetime import timedelta

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from senders.letters import post

KIND = "alert"
LIFETIME = timedelta(days=2)  # later it is no news, and the banner says it too


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
                kind=KIND,
                recipient=address,
                subject=f"Bode: {subject}",
                text=body,
                lifetime=LIFETIME,
            )

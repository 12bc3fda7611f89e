"""A mail's HTML inside a page of ours: shown, and able to do nothing."""

from django.conf import settings
from django.http import HttpResponse

from senders.opened_mail import framed


def caged(html: str, *, status: int = 200) -> HttpResponse:
    """The mail as a page that runs no script, whoever opens it and how."""
    response = HttpResponse(framed(html), status=status)
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; "
        f"img-src 'self' {settings.SITE_URL} data: https:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    # A browser refuses a page of its own opener policy inside a sandbox.
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response

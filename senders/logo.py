"""The organisation's logo, at an address that stands in mail for years."""

from django.conf import settings

from senders.models import Organisation


def logo_url() -> str:
    """The absolute URL of the logo; empty where there is none."""
    return (
        f"{settings.SITE_URL}/logo.png" if Organisation.objects.current().logo else ""
    )

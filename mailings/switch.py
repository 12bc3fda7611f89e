"""Whether bulletins may leave at all: what the operator says with SENDING."""

from django.conf import settings

from mailings.errors import OnHold


def on_hold() -> bool:
    return settings.SENDING == "hold"


def refuse_on_hold() -> None:
    """Raise OnHold while nothing may leave."""
    if on_hold():
        raise OnHold

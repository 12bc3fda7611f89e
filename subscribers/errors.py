"""What a verb on subscribers may refuse. Each message is a sentence for the editor."""

from django.utils.translation import gettext as _


class SubscriberError(Exception):
    """The act is refused, and nothing has changed."""


class IsSuppressed(SubscriberError):
    """This address is never written to, so it joins no list."""

    def __init__(self) -> None:
        super().__init__(
            _("This address is blocked: it came back, or its reader asked for it.")
        )


class HasLeft(SubscriberError):
    """This person left the list, and nobody but they may undo that."""

    def __init__(self) -> None:
        super().__init__(
            _("This person has left the list. Add them only if they ask for it.")
        )


class AddressTaken(SubscriberError):
    """Another subscriber has this address."""

    def __init__(self) -> None:
        super().__init__(_("Another subscriber already has this e-mail address."))


class ImportRefused(SubscriberError):
    """The file as a whole cannot be imported."""

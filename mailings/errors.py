"""What a verb on mailings may refuse. Each message is a sentence for the editor."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from mailings.preflight.problem import Problem


class MailingError(Exception):
    """The act is refused, and nothing has changed."""


class WrongState(MailingError):
    """The bulletin's status does not allow this move."""

    def __init__(self, *, now: str, target: str) -> None:
        if now == target:  # pressed twice, or by two
            sentence = _("The bulletin is “%(now)s” already.")
        else:
            sentence = _("The bulletin is “%(now)s”, so it cannot become “%(target)s”.")
        super().__init__(sentence % {"now": now, "target": target})


class OnHold(MailingError):
    """The operator lets no bulletin leave."""

    def __init__(self) -> None:
        super().__init__(
            _("Sending is on hold: nothing goes out until an operator ends that.")
        )


class NotReady(MailingError):
    """Preflight found errors, or warnings that nobody ticked off."""

    def __init__(self, problems: "Sequence[Problem]") -> None:
        self.problems = list(problems)
        super().__init__(" ".join(problem.message for problem in self.problems))


class NotInAudience(MailingError):
    """This person would not get this bulletin."""


class NoMail(MailingError):
    """The mail to this person cannot be shown: it cannot be made, or not any more."""

"""What the scripts of the compose page say, in the reader's language."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """By name; {braces} are filled in by the page."""
    return {
        "counted": _("{count} of {most} characters"),
        "tooLong": _(
            "The text is too long: {length} characters, and no more than {most} fit. "
            "Shorten it, or put a part of it on a web page and link to that."
        ),
        "frameTitle": _("The mail"),
        "image": _("Image: {words}"),
        "mendOne": _("Mend 1 error first"),
        "mendMany": _("Mend {count} errors first"),
        "search": _("Search by address or name…"),
        "testing": _("The test is being sent…"),
        "testFailed": _("The test was not sent: Bode did not answer. Try again."),
        "testLoggedOut": _("The test was not sent: you have been logged out."),
    }

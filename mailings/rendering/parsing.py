from io import StringIO

from bs4 import BeautifulSoup


def parse(html: str, *, by: str = "html.parser") -> BeautifulSoup:
    """The tree of some HTML; a text that is no more than a web address is HTML too."""
    # Given a string, Beautiful Soup warns where it looks like an address or a file.
    return BeautifulSoup(StringIO(html), by)

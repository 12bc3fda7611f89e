"""An id as somebody asks for it: in an address or a form, where anything may stand."""

LONGEST = 18  # digits: what every database takes


def read_id(text: str) -> int:
    """The id in this text; 0, which is nobody's, where there is none."""
    fits = text.isascii() and text.isdigit() and len(text) <= LONGEST
    return int(text) if fits else 0

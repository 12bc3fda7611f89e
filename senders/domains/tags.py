"""The tag list that DKIM and DMARC records are written in (RFC 6376 section 3.2)."""


def read_tags(record: str) -> dict[str, str]:
    """Its tags by lower-case name; what is no tag is left out, the first one counts."""
    tags: dict[str, str] = {}
    for part in record.split(";"):
        name, sign, value = part.partition("=")
        if sign:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags

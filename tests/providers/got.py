"""A mail as it comes to one reader."""

from dataclasses import dataclass, field


@dataclass
class Got:
    """Made by an emulator from the request that left."""

    address: str
    name: str
    subject: str
    text: str
    html: str
    headers: dict = field(default_factory=dict)  # names in small letters
    delivery: str = ""  # what comes back with reports
    tracked: bool = True


def low(headers):
    return {name.lower(): value for name, value in headers.items()}

"""The `.env` that `make run` keeps: keys of this installation's own, made once.

An existing file is only completed: what it sets stays as it is.
"""

import os
import re
import secrets
from pathlib import Path

# As django-environ reads a line; the first line of a name is the one that counts.
_SETTING = re.compile(r"^(?:export )?([A-Za-z_0-9]+)=(.*)$", re.MULTILINE)
_HEAD = "# Made by `make run`; .env.example names every setting. Keep it to yourself.\n"


def complete(path: Path) -> None:
    """Give the file the settings that a start needs and it lacks.

    Its owner alone can read it, from its first byte on. Raises OSError.
    """
    if path.exists() and not path.is_file():
        return  # ENV_FILE=/dev/null: the environment says everything
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    new = completed(old or _HEAD)
    if new != old:
        _replace(path.resolve(), new)


def completed(text: str) -> str:
    """The text of an `.env`, with every setting that a start needs."""
    settings = dict(reversed(_SETTING.findall(text)))
    for name, value in _needed(settings).items():
        if name not in settings:
            text = f"{text.rstrip()}\n{name}={value}\n"
        elif not settings[name]:
            empty = re.compile(rf"^(?:export )?{name}=$", re.MULTILINE)
            text = empty.sub(f"{name}={value}", text, count=1)
    return text


def _needed(settings: dict[str, str]) -> dict[str, str]:
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ADDRESS_KEY": secrets.token_urlsafe(50),
        "DEMO_PASSWORD": secrets.token_urlsafe(12),
    }
    # Whose links point at an https site already is no newcomer: that installation
    # never becomes a demo behind its owner's back.
    if settings.get("SITE_URL", "").strip("'\"").startswith("https://"):
        return keys
    return keys | {"DEBUG": "1", "PACE": "4"}


def _replace(path: Path, text: str) -> None:
    """Write beside it and move into place, so that nobody reads half a file."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)

"""Make .venv and install the pinned requirements into it.

Runs under the system's Python before anything is there: standard library only, and
readable by Pythons too old for Bode, so that they can say so.

    python3 bode/installing.py requirements.txt
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import NoReturn

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
# What was installed: a line per file, with its name and fingerprint.
STAMP = os.path.join(VENV, "installed")
OLDEST = (3, 11)


def main() -> None:
    if sys.version_info < OLDEST:
        leave("Bode needs Python 3.11 or newer, and this is {}.{}.", sys.version_info)
    if not works():
        make_environment()
    for name in sys.argv[1:]:
        install(name)


def leave(sentence: str, *words: object) -> NoReturn:
    """Say one sentence on stderr and end with 1."""
    first = words[0] if words else ()
    sys.exit(sentence.format(*(first if isinstance(first, tuple) else words)))


def works() -> bool:
    """There is an environment, its Python starts, is new enough, and has pip."""
    question = f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        asked = subprocess.run([PYTHON, "-c", question], stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return asked.returncode == 0


def make_environment() -> None:
    try:
        # Debian keeps these apart from Python: venv cannot work without them.
        __import__("venv"), __import__("ensurepip")
    except ImportError:
        leave(
            "Bode needs python3-venv: install it with `sudo apt install python3-venv`."
        )
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV])
    if made.returncode:
        leave("The virtual environment could not be made in {}.", VENV)


def install(name: str) -> None:
    """Install the file of requirements, unless just that was installed before."""
    line = f"{name} {fingerprint(os.path.join(ROOT, name))}\n"
    if line in stamps():
        return
    print(
        f"Installing what is named in {name}: this takes a minute or two.", flush=True
    )
    done = subprocess.run(
        [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        + ["--no-input", "--only-binary", ":all:", "--require-hashes", "-r", name],
        cwd=ROOT,
    )
    if done.returncode:
        leave("Not everything in {} could be installed: see what pip says above.", name)
    with open(STAMP, "a", encoding="ascii") as stamp:
        stamp.write(line)


def fingerprint(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def stamps() -> list[str]:
    try:
        with open(STAMP, encoding="ascii") as stamp:
            return stamp.readlines()
    except FileNotFoundError:
        return []


if __name__ == "__main__":
    main()

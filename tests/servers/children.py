"""How a test starts a server of its own: in a private folder, never outliving us."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1  # Linux, <linux/prctl.h>
# What a server needs of the environment; no setting of the one who tests.
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"}


class Missing(Exception):
    """A server that the tests need is not installed; the text says how to get it."""


def private_folder(name: str, *, user: str | None = None) -> Path:
    """A new folder that nobody else can read; it is the caller's to remove.

    With another user it stands where that user can come, unlike pytest's own.
    """
    folder = Path(
        tempfile.mkdtemp(prefix=f"bode-{name}-", dir="/tmp" if user else None)
    )
    if user:
        give(folder, user)
    return folder


def give(path: Path, user: str) -> None:
    account = pwd.getpwnam(user)
    os.chown(path, account.pw_uid, account.pw_gid)


def start(
    command: Sequence[str | Path],
    *,
    folder: Path,
    user: str | None = None,
    end: signal.Signals = signal.SIGQUIT,
) -> subprocess.Popen[bytes]:
    """Start a server that stays in the foreground; it writes to `log` in its folder.

    However the thread that calls this ends, the kernel then sends the server the
    signal `end`: call it from the main one.
    """
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=ENVIRONMENT | {"HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=_ask_for_a_signal(end),
            start_new_session=True,  # a Ctrl-C is for the tests, which then end it
            **_as(user),
        )


def run(command: Sequence[str | Path], *, folder: Path, user: str | None = None) -> str:
    """A command of the server's, to its end; its output."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=ENVIRONMENT | {"HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        **_as(user),
    )
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}"
    return done.stdout


def _as(user: str | None) -> dict:
    if user is None:
        return {}
    return {
        "user": user,
        "group": pwd.getpwnam(user).pw_gid,
        "extra_groups": os.getgrouplist(user, pwd.getpwnam(user).pw_gid),
    }


def _ask_for_a_signal(end: signal.Signals):
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, end)

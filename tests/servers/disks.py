"""A small disk of the tests' own, which they may fill up."""

import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import children

MEGABYTE = 1024**2


class Disk:
    """Of some megabytes, in memory, mounted at `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no room: whatever has to grow is refused (ENOSPC) from here on."""
        with self.ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(MEGABYTE))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def empty_out(self) -> None:
        """Undo `fill`: there is room again."""
        self.ballast.unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(*, megabytes: int, user: str | None = None) -> Iterator[Disk]:
    """Mount one, and take it away. Skips the test of who is not root."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts a disk")
    folder = children.private_folder("disk", user=user)
    size = f"size={megabytes}m,mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)
    try:
        if user:
            children.give(folder, user)
        yield Disk(folder)
    finally:
        # Lazily: whoever still has a file open there ends soon.
        subprocess.run(["umount", "--lazy", folder], check=True)
        shutil.rmtree(folder)

"""Wrong clocks of processes, by libfaketime; a database's is never touched."""

import subprocess


def clock(says: str) -> dict[str, str]:
    """The environment of a process whose clock says another time: "+5m", "-1h"."""
    command = ("faketime", "-m", "-f", says, "printenv", "LD_PRELOAD")
    asked = subprocess.run(command, check=True, capture_output=True, text=True)
    return {"LD_PRELOAD": asked.stdout.strip(), "FAKETIME": says}

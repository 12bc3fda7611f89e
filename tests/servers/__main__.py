"""Run a command beside a PostgreSQL, which TEST_DATABASE_URL names to it.

python -m tests.servers python -m pytest tests/mailings
"""

import os
import subprocess
import sys

from tests.servers.children import Missing
from tests.servers.postgres import postgres_server


def main() -> int:
    """The exit code of the command, or 1 with a sentence where there is no server."""
    try:
        with postgres_server() as server:
            own = {"TEST_DATABASE_URL": server.create("tests")}
            return subprocess.run(sys.argv[1:], env=os.environ | own).returncode
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

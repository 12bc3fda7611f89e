"""A provider that takes everything, until its standard input ends.

python -m tests.providers mailgun
"""

import sys

from tests.providers.rows import takes_all
from tests.providers.server import provider_server


def main() -> None:
    with provider_server() as server:
        server.respond = takes_all(sys.argv[1])
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()

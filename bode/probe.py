"""`python -m bode.probe`: asks the web server of this machine whether it is well.

For a container's health check. Exit code 0 or 1; it loads no Django, since it runs
every few seconds.
"""

import http.client
import os
import sys

SECONDS = 4


def is_well(port: int) -> bool:
    """Whether /healthz answers 200. Raises nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_well(int(os.environ.get("PORT") or 8000)) else 1)

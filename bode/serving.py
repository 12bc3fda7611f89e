"""How gunicorn serves Bode: `gunicorn --config python:bode.serving bode.wsgi`.

What is said on gunicorn's command line wins, such as `--bind 0.0.0.0:8000`.
"""

import os
import socket
import struct
from typing import Any

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bode.settings")

bind = f"127.0.0.1:{settings.PORT}"
workers = 2
threads = 4
preload_app = True
timeout = 60
graceful_timeout = 5
# A link scanner's HEAD is worth a warning to gunicorn, and nothing to us.
loglevel = "error"
accesslog = None
# It would stand in the home directory, which a service may have none of.
control_socket_disable = True
# It would believe X-Forwarded-Proto of whoever is on this machine: that is for
# TRUST_PROXY alone to allow.
forwarded_allow_ips = ""
if settings.LOG_FORMAT == "json":
    # Its own few lines too, such as of a worker that was killed.
    logconfig_dict = settings.LOGGING | {
        "loggers": {"gunicorn.error": {"handlers": ["console"], "propagate": False}}
    }


def when_ready(server: Any) -> None:
    """Gunicorn's hook before the first worker: nobody who reads no more is waited for.

    A long answer, such as a sheet of a million people, would keep one of a handful of
    threads for as long as its reader likes. What is accepted inherits the limit.
    """
    limit = struct.pack("ll", timeout, 0)  # seconds without a byte taken
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)

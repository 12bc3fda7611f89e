"""A broker over TLS proves who it is before it is told anything."""

import contextlib
import socket
import ssl
import subprocess
import sys
import threading

from tests.processes import ROOT, SECONDS
from tests.smtp_server import Certificate

HINT = "from bode.hinting import hint; hint('mailings.tasks.send')"


def listen(listener, received):
    """Take one connection, and keep what comes over it in the clear."""
    with contextlib.suppress(OSError):
        plain, _address = listener.accept()
        with Certificate().context.wrap_socket(plain, server_side=True) as line:
            received.append(line.recv(1000))


def test_a_certificate_that_nobody_vouches_for_gets_no_password(product):
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        threading.Thread(target=listen, args=[listener, received], daemon=True).start()
        ours = product(REDIS_URL=f"rediss://:geheim@127.0.0.1:{port}/0")
        done = subprocess.run(
            [sys.executable, "-c", HINT],
            cwd=ROOT,
            env=ours.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    assert done.returncode == 1
    assert "certificate verify failed" in done.stderr.lower()
    assert received == []


def test_what_the_url_says_of_its_certificate_holds(product):
    show = "import bode.celery; print(bode.celery.app.connection_for_write().ssl)"
    url = "rediss://127.0.0.1:6379/0?ssl_cert_reqs=required&ssl_ca_certs=/etc/ours.pem"
    done = subprocess.run(
        [sys.executable, "-c", show],
        cwd=ROOT,
        env=product(REDIS_URL=url).environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert "'ssl_ca_certs': '/etc/ours.pem'" in done.stdout
    assert ssl.CERT_REQUIRED.name in done.stdout

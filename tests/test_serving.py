"""How gunicorn is told to serve."""

import socket
from types import SimpleNamespace

import pytest

from bode import serving


def test_who_stops_reading_a_long_answer_keeps_no_thread(monkeypatch):
    monkeypatch.setattr(serving, "timeout", 1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listeners = [SimpleNamespace(sock=listener)]
        serving.when_ready(SimpleNamespace(LISTENERS=listeners))
        with socket.create_connection(listener.getsockname()):
            taken, _address = listener.accept()
            with taken, pytest.raises(BlockingIOError):
                taken.sendall(bytes(100_000_000))

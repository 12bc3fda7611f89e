"""Answers over HTTP that end in time.

The clients' time-outs are for each read alone: a server that sends a byte now and then
would keep a worker for as long as it likes, long after the lease is over.
"""

import http.client
import io
import socket
import time
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class Adapter(HTTPAdapter):
    """Of requests: the whole of an answer may take as long as one read."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _make_timely(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(proxy, **kwargs)
        _make_timely(manager)
        return manager


class Response(http.client.HTTPResponse):
    """Read until its time is over, whoever still sends."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Until(sock, self.fp.detach()))


class _Until(io.RawIOBase):
    """A socket's stream, with one deadline for all that is read from it."""

    def __init__(self, sock: socket.socket, stream: io.RawIOBase) -> None:
        self.sock = sock
        self.stream = stream
        patience = sock.gettimeout()
        self.until = None if patience is None else time.monotonic() + patience

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.until is not None:
            left = self.until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self.sock.settimeout(left)
        return self.stream.readinto(buffer)

    def close(self) -> None:
        self.stream.close()
        super().close()


class _Plain(HTTPConnection):
    response_class = Response


class _Encrypted(HTTPSConnection):
    response_class = Response


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


def _make_timely(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}

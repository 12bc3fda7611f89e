"""Asking DNS. The answers of one examination are kept, and its time is bounded."""

import socket
import time
from typing import Any
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from django.conf import settings

ANSWER = 3.0  # seconds for one question
ALL = 20.0  # seconds for all questions of one examination
UDP_TRY = 1.5  # seconds until a lost datagram is sent again


class Silent(Exception):
    """DNS gave no answer to `name`: nobody knows what stands there."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name


class Dns:
    """The resolver of DNS_SERVER, else the machine's own.

    Every question raises Silent where no answer came: a time-out, or a server's
    failure. A name that is not there, or holds nothing of the kind, is an answer.
    """

    def __init__(self) -> None:
        self.until = time.monotonic() + ALL
        self.known: dict[tuple[str, str], list[Any] | Silent] = {}
        self.absent: set[str] = set()
        self.resolver: dns.resolver.Resolver | None = None

    def texts(self, name: str) -> list[str]:
        """TXT records; the strings of each are joined (RFC 7208 section 3.3)."""
        return [
            b"".join(one.strings).decode("utf-8", "replace")
            for one in self._ask(name, "TXT")
        ]

    def mail_servers(self, name: str) -> list[str]:
        return [str(one.exchange).rstrip(".") for one in self._ask(name, "MX")]

    def has_address(self, name: str) -> bool:
        return bool(self._ask(name, "A") or self._ask(name, "AAAA"))

    def is_there(self, name: str) -> bool:
        """Whether the name exists at all, whatever it holds."""
        self._ask(name, "TXT")
        return name not in self.absent

    def _ask(self, name: str, kind: str) -> list[Any]:
        if (name, kind) not in self.known:
            try:
                self.known[name, kind] = self._records(name, kind)
            except Silent as silent:
                self.known[name, kind] = silent
        found = self.known[name, kind]
        if isinstance(found, Silent):
            raise found
        return found

    def _records(self, name: str, kind: str) -> list[Any]:
        left = self.until - time.monotonic()
        if left <= 0:
            raise Silent(name, "DNS is too slow")
        try:
            self.resolver = self.resolver or _resolver()
            # The dot keeps the machine's search domains out.
            answer = self.resolver.resolve(
                f"{name}.", kind, lifetime=min(ANSWER, left), search=False
            )
        except dns.resolver.NXDOMAIN:
            self.absent.add(name)
            return []
        except dns.resolver.NoAnswer:
            return []
        except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
            self.absent.add(name)
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise Silent(name, _in_short(error)) from error
        return list(answer)


def _resolver() -> dns.resolver.Resolver:
    """Raises OSError where DNS_SERVER is no server, or the machine names none."""
    if not settings.DNS_SERVER:
        found = dns.resolver.Resolver()
    else:
        parts = urlsplit(f"//{settings.DNS_SERVER}")
        port = parts.port or 53
        place = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_DGRAM)
        found = dns.resolver.Resolver(configure=False)
        found.nameservers = [str(place[0][4][0])]
        found.port = port
    found.timeout = UDP_TRY
    return found


def _in_short(error: BaseException) -> str:
    if isinstance(error, dns.exception.Timeout):
        return "no answer in time"
    if isinstance(error, dns.resolver.NoNameservers):
        return "the name server fails"
    return str(error) or type(error).__name__

"""A name server on loopback, over UDP and TCP, that knows what a test tells it."""

import contextlib
import copy
import socketserver
import threading
import time
from collections import Counter

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

SHORT = 512  # bytes that fit into a datagram: more is asked for again over TCP


class NameServer:
    """Answers from `zone`: {"example.org": {"TXT": ["…"], "MX": ["10 mail…"]}}.

    A name that is missing does not exist; the names in `silent` get no answer, those in
    `failing` a server's failure.
    """

    def __init__(self, zone=None):
        self.zone = copy.deepcopy(zone or {})
        self.silent = set()
        self.failing = set()
        self.slowness = 0.0  # seconds before every answer
        self.asked = Counter()
        self.over_tcp = 0
        self.servers = []

    @property
    def address(self):
        return f"127.0.0.1:{self.servers[0].server_address[1]}"

    def start(self):
        for server in _on_one_port():
            server.names = self
            threading.Thread(target=server.serve_forever, args=[0.05]).start()
            self.servers.append(server)
        return self

    def stop(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def answer(self, wire, *, longest):
        """The response to a question, or None where it stays silent."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        time.sleep(self.slowness)
        if name in self.silent:
            return None
        response = dns.message.make_response(query)
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._fill(response, question, name, kind)
        answer = response.to_wire(max_size=65535)
        if len(answer) > longest:
            response.answer = []
            response.flags |= dns.flags.TC
            answer = response.to_wire()
        return answer

    def _fill(self, response, question, name, kind):
        if name not in self.zone:
            above = any(other.endswith(f".{name}") for other in self.zone)
            response.set_rcode(dns.rcode.NOERROR if above else dns.rcode.NXDOMAIN)
            return
        if records := self.zone[name].get(kind):
            quoted = [_quoted(one) if kind == "TXT" else one for one in records]
            response.answer.append(
                dns.rrset.from_text(question.name, 60, "IN", kind, *quoted)
            )


def _quoted(text):
    """A TXT record as its master file has it: strings of at most 255 bytes."""
    parts = [text[at : at + 255] for at in range(0, len(text), 255)] or [""]
    return " ".join(f'"{part}"' for part in parts)


def _on_one_port():
    """A server for UDP and one for TCP; a port may be free for one of them alone."""
    for _try in range(20):
        tcp = _Tcp(("127.0.0.1", 0), _Stream)
        try:
            return _Udp(tcp.server_address, _Datagram), tcp
        except OSError:
            tcp.server_close()
    raise OSError("no port is free for both UDP and TCP")


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        wire, sock = self.request
        if answer := self.server.names.answer(wire, longest=SHORT):
            sock.sendto(answer, self.client_address)


class _Stream(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(ConnectionError):
            length = int.from_bytes(self.rfile.read(2), "big")
            self.server.names.over_tcp += 1
            wire = self.rfile.read(length)
            if answer := self.server.names.answer(wire, longest=65535):
                self.wfile.write(len(answer).to_bytes(2, "big") + answer)

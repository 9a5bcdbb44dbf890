"""A load generator that leaves the machine to what it measures: prepared requests, one thread, no library."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_RECEIVE_BYTES = 65_536


class BadAnswer(RuntimeError):
    """The server answered with another status than the benchmark counts on, or hung up."""


@dataclass
class Load:
    """What happened: answers per second, and how long each took."""

    seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


def request_bytes(port: int, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A POST, ready for the wire."""
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Client:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self._received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self, expected: bytes) -> bool:
        """Take in what has come; True when the answer is whole. Raises BadAnswer for another status."""
        chunk = self.socket.recv(_RECEIVE_BYTES)
        if not chunk:
            raise BadAnswer("The server closed the connection.")
        self._received += chunk
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return False
        if head[9:12] not in expected.split(b"|"):
            raise BadAnswer(self._received[:600].decode(errors="replace"))
        return _is_whole(head.lower(), body)


def _is_whole(head: bytes, body: bytes) -> bool:
    """Whether the body is there to its end, by its announced length or by its last chunk."""
    _, found, value = head.partition(b"\r\ncontent-length:")
    if found:
        return len(body) >= int(value.partition(b"\r\n")[0])
    return _ends_with_last_chunk(body)


def _ends_with_last_chunk(body: bytes) -> bool:
    """Follow the chunks (RFC 9112, section 7.1) to one of length 0; a text may well end like one."""
    at = 0
    while (line_end := body.find(b"\r\n", at)) > 0:
        size = int(body[at:line_end], 16)
        at = line_end + 2 + size + 2
        if size == 0:
            return len(body) >= at
    return False


def drive(
    port: int, requests: Iterator[bytes], clients: int, seconds: float, expected: bytes = b"200|202"
) -> Load:
    """Keep `clients` connections busy for so many seconds, each sending its next request on the last answer."""
    waiting = selectors.DefaultSelector()
    connections = [_Client(port) for _ in range(clients)]
    began = time.perf_counter()
    load = Load(seconds)
    for client in connections:
        waiting.register(client.socket, selectors.EVENT_READ, client)
        client.send(next(requests))
    while (now := time.perf_counter()) - began < seconds:
        for key, _ in waiting.select(timeout=1.0):
            client = key.data
            if client.is_answered(expected):
                load.latencies.append(time.perf_counter() - client.sent_at)
                client.send(next(requests))
    load.seconds = now - began
    waiting.close()
    for client in connections:
        client.socket.close()
    return load

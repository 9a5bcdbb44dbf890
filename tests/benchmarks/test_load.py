"""The load generator and the figures it leads to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat

import pytest

from benchmarks.load import BadAnswer, _is_whole, drive, request_bytes
from benchmarks.report import percentile


class _Counter(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    status = 202
    seen = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen += 1
        self.send_response(self.status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    _Counter.status, _Counter.seen = 202, 0
    with ThreadingHTTPServer(("127.0.0.1", 0), _Counter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_each_answer_is_counted_once(port: int) -> None:
    load = drive(port, repeat(request_bytes(port, "/in", {}, b"{}")), clients=3, seconds=0.2)

    assert 0 < len(load.latencies) <= _Counter.seen <= len(load.latencies) + 3
    assert load.per_second == len(load.latencies) / load.seconds


def test_an_answer_of_another_status_stops_the_measurement(port: int) -> None:
    _Counter.status = 401
    with pytest.raises(BadAnswer, match="401"):
        drive(port, repeat(request_bytes(port, "/in", {}, b"{}")), clients=2, seconds=5)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.95, 10), (0.9, 9), (1.0, 10), (0.0, 1)])
def test_a_percentile_is_one_of_the_values(share: float, expected: float) -> None:
    assert percentile([float(value) for value in range(10, 0, -1)], share) == expected


@pytest.mark.parametrize(
    ("head", "body", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2", b"ok", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nDate: now", b"ok", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"2\r\nok\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"2\r\nok\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"a\r\norder=70\r\n\r\n", False),
    ],
)
def test_the_end_of_an_answer_is_known_by_its_length_or_its_last_chunk(
    head: bytes, body: bytes, whole: bool
) -> None:
    assert _is_whole(head.lower(), body) is whole

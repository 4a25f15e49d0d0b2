"""A server on this machine that gives what a test tells it to, and notes what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """An answer. With `etag`, whoever names it is told that nothing has changed."""

    content: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    length: int | None = None  # as it is told, where that is not the content's


class FeedServer(ThreadingHTTPServer):
    """Answers each path with its reply."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def address(self, path: str = "/feed.xml") -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: FeedServer

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        reply = self.server.replies.get(self.path, Reply(status=404))
        unchanged = bool(reply.etag) and self.headers.get("If-None-Match") == reply.etag
        self.send_response(304 if unchanged else reply.status)
        for name, value in {**reply.headers, **({"ETag": reply.etag} if reply.etag else {})}.items():
            self.send_header(name, value)
        if not unchanged:
            self.send_header("Content-Length", str(len(reply.content) if reply.length is None else reply.length))
        self.end_headers()
        if not unchanged:
            self.wfile.write(reply.content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[FeedServer]:
    """A server that answers for the length of the block."""
    with FeedServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

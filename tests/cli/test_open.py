"""`bulletin chat --open`: one page, however often it is started."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from qa.cli import main
from qa.web import run


class Health(BaseHTTPRequestHandler):
    told: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.told)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("told", "is_ours"), [({"status": "ok", "generation": 3}, True), ({"status": "ok"}, False), (1, False)]
)
def test_a_page_that_runs_is_opened_and_no_second_one_begun(
    port: int, told: object, is_ours: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Health, "told", json.dumps(told).encode())
    opened: list[str] = []
    monkeypatch.setattr(run.webbrowser, "open", opened.append)
    code = main(["chat", "--open", "--archive", str(tmp_path), "--port", str(port)])
    # What another program serves there is not shown for ours: the port is taken.
    assert (code, opened) == ((0, [f"http://127.0.0.1:{port}"]) if is_ours else (2, []))
    assert main(["chat", "--archive", str(tmp_path), "--port", str(port)]) == 2

"""What `deploy/` sets up: units that systemd takes, containers that are shut, and a page behind a real nginx."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

import app
from embeddings import Archive, Encoder
from qa import Assistant
from qa.server import middleware
from qa.server.auth import WRONG_TRIES
from qa.server.keys import KeyFile
from tests.support.pages import free_port
from tests.support.paths import ROOT
from tests.test_docs import command_lines, faults

DEPLOY = ROOT / "deploy"
NAME = "news.example"
WAIT = 240.0  # seconds; for a machine that is busy


@pytest.mark.parametrize("file", sorted(DEPLOY.iterdir()), ids=lambda file: file.name)
def test_every_command_in_what_is_deployed_is_there(file: Path) -> None:
    assert [fault for line in file.read_text("utf-8").splitlines() for fault in faults_in(line)] == []


def faults_in(line: str) -> list[str]:
    comment = line.lstrip().startswith("#")
    return [] if comment else [fault for told in command_lines(f"`{line.strip()}`") for fault in faults(told)]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_takes_the_units_and_finds_them_shut(tmp_path: Path) -> None:
    units = [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]
    for unit in units:
        there = unit.read_text("utf-8").replace("/opt/bulletin/bin/bulletin", "/bin/true")
        (tmp_path / unit.name).write_text(there, encoding="utf-8")
    command = ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in units)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for unit in tmp_path.glob("*.service"):
        # 10 is open to everything; below 2.5 systemd calls a unit "OK" or better.
        judged = ["systemd-analyze", "security", "--offline=true", "--threshold=25", str(unit)]
        assert subprocess.run(judged, capture_output=True, check=False).returncode == 0, unit.name


def test_the_containers_are_shut_and_share_one_archive() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    page, watch = composed["services"]["page"], composed["services"]["watch"]
    for service in (page, watch):
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "archive:/var/lib/bulletin" in service["volumes"]
    assert all(port.startswith("127.0.0.1:") for port in page["ports"])
    assert (DEPLOY / page["build"]["context"] / page["build"]["dockerfile"]).is_file()
    copied = re.findall(r"/source/(\S+)", (DEPLOY / "Dockerfile").read_text("utf-8"))
    assert [path for path in copied if not (ROOT / path).exists()] == []


@pytest.mark.skipif(os.name == "nt", reason="the script is one of sh")
@pytest.mark.parametrize("built", [0, 1])
def test_a_container_indexes_and_then_serves_what_there_is(tmp_path: Path, built: int) -> None:
    command = tmp_path / "bulletin"
    command.write_text(f'#!/bin/sh\necho "$*"\n[ "$1" = serve ] || exit {built}\n', encoding="utf-8")
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    started = [str(DEPLOY / "start.sh"), "/my issues", "--host", "0.0.0.0"]
    done = subprocess.run(started, env=environment, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "build /my issues\nserve --host 0.0.0.0\n"


@pytest.fixture(scope="module")
def page(sample_archive: Path, default_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a page as it stands behind a proxy, for which a key was made."""
    folder = Path(shutil.copytree(sample_archive, tmp_path_factory.mktemp("server") / "archive"))
    KeyFile(folder).add("front")
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BULLETIN_HOSTS", NAME)
        patch.setattr(middleware, "WRONG_DELAY", 0.0)
        page = app.build_page(Assistant(Archive.open(folder), default_encoder), archive=folder)
        app.serve(page, port=port, proxies=("127.0.0.1",))
        yield port
        page.close()


def _wait_for(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(int(WAIT / 0.2)):
        assert running.poll() is None, log.read_text("utf-8")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(log.read_text("utf-8"))


@pytest.fixture(scope="module")
def site(page: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The ports of nginx, with and without TLS, with the site as it stands in `deploy/` but for its ports and files."""
    folder = tmp_path_factory.mktemp("nginx")
    plain, secret = free_port(), free_port()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}"]
    subprocess.run([*make, "-keyout", str(key), "-out", str(certificate)], capture_output=True, check=True)
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{secret} ssl"),
        ("127.0.0.1:7860", f"127.0.0.1:{page}"),
        (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", str(certificate)),
        (f"/etc/letsencrypt/live/{NAME}/privkey.pem", str(key)),
    ):
        assert old in text
        text = text.replace(old, new)
    text = re.sub(r"\n *listen \[::\].*", "", text)
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    whole = f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    whole += f"http {{\naccess_log off;\n{paths}{text}\n}}\n"
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    command = ["nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    running = subprocess.Popen(command, stderr=subprocess.PIPE)
    (folder / "error.log").touch()
    try:
        _wait_for(secret, running, folder / "error.log")
        yield plain, secret
    finally:
        running.terminate()
        running.wait(timeout=WAIT)


def client(port: int) -> httpx.Client:
    return httpx.Client(
        base_url=f"https://127.0.0.1:{port}", headers={"Host": NAME}, verify=False, timeout=WAIT, trust_env=False
    )


behind_nginx = pytest.mark.skipif(
    shutil.which("nginx") is None or shutil.which("openssl") is None, reason="nginx or openssl is not here"
)


@behind_nginx
@pytest.mark.model
@pytest.mark.slow
class TestBehindNginx:
    """One page for all of these, which is why they stand together."""

    def test_only_tls_and_only_the_name_are_served(self, site: tuple[int, int]) -> None:
        plain, secret = site
        moved = httpx.get(f"http://127.0.0.1:{plain}/?q=1", headers={"Host": NAME}, trust_env=False)
        assert (moved.status_code, moved.headers["location"]) == (301, f"https://{NAME}/?q=1")
        with client(secret) as page:
            assert page.get("/health").json()["status"] == "ok"
            assert page.get("/").headers["strict-transport-security"]
            assert page.get("/", headers={"Host": "evil.example"}).status_code == 421

    def test_a_question_goes_through(self, site: tuple[int, int]) -> None:
        asked = {"data": ["李德民的党龄有多少年？"]}
        with client(site[1]) as visitor:
            event = visitor.post("/gradio_api/call/ask", json=asked).json()["event_id"]
            told = visitor.get(f"/gradio_api/call/ask/{event}").text
        assert told.startswith("event: complete")
        assert "42年" in json.loads(told.split("data: ")[1])[0]["quote"]

    def test_what_is_streamed_arrives_at_once(self, site: tuple[int, int]) -> None:
        # This never ends: a proxy that waits for more would give nothing.
        with client(site[1]) as visitor, visitor.stream("GET", "/gradio_api/heartbeat/somebody") as beating:
            assert beating.status_code == 200
            assert next(beating.iter_bytes())

    def test_a_file_beyond_all_limits_is_refused_before_it_is_sent(self, site: tuple[int, int]) -> None:
        head = f"POST /gradio_api/upload HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 200000000\r\n\r\n"
        context = ssl._create_unverified_context()
        with (
            socket.create_connection(("127.0.0.1", site[1]), timeout=WAIT) as plain,
            context.wrap_socket(plain) as line,
        ):
            line.sendall(head.encode())
            assert b" 413 " in line.recv(100)

    def test_who_guesses_keys_cannot_say_that_it_is_another(self, site: tuple[int, int]) -> None:
        def guess(number: int) -> Any:
            forged = {"Authorization": f"Bearer bk-{number}", "X-Forwarded-For": f"198.51.100.{number}"}
            with client(site[1]) as visitor:
                return visitor.get("/v1/models", headers=forged).json()["error"]["code"]

        with ThreadPoolExecutor(WRONG_TRIES) as threads:
            assert set(threads.map(guess, range(WRONG_TRIES))) == {"key.wrong"}
        assert guess(99) == "key.wait"

"""What `deploy/` sets up: units that systemd takes, containers that are shut, and a page behind a real nginx."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import yaml

import app
from embeddings import Archive, Encoder, Limits
from qa import Assistant
from qa.server import middleware
from qa.server.auth import WRONG_TRIES, StaffAccess
from qa.server.keys import KeyFile
from tests.support.pages import free_port
from tests.support.paths import ROOT
from tests.test_docs import command_lines, faults

DEPLOY = ROOT / "deploy"
NAME = "news.example"
QUESTION = {"question": "李德民的党龄有多少年？"}
PASSWORD = "a-password-of-the-staff"
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
def pages(
    sample_archive: Path, default_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, int]]:
    """The ports of a page as it stands behind a proxy, for which a key was made, and of one under a path."""
    folder = Path(shutil.copytree(sample_archive, tmp_path_factory.mktemp("server") / "archive"))
    KeyFile(folder).add("front")
    ports = free_port(), free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BULLETIN_HOSTS", NAME)
        patch.setattr(middleware, "WRONG_DELAY", 0.0)
        assistant = Assistant(Archive.open(folder), default_encoder)
        staff = StaffAccess(PASSWORD, behind_proxy=True)
        page = app.build_page(assistant, archive=folder, editing=True, staff_access=staff)
        app.serve(page, port=ports[0], proxies=("127.0.0.1",), max_upload_bytes=2 * Limits().max_bytes)
        below = app.build_page(assistant)
        app.serve(below, port=ports[1], proxies=("127.0.0.1",), root_path="/news")
        yield ports
        below.close()
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


class Site(NamedTuple):
    """A running nginx: the ports of the site with TLS, of the site under a path, and without TLS; and its folder."""

    secret: int
    below: int
    plain: int
    folder: Path
    running: subprocess.Popen[bytes]

    def workers(self) -> set[str]:
        """The processes that answer, by their numbers."""
        return set(Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children").read_text("ascii").split())


def own_site(folder: Path, *, secret: int, plain: int, page: int) -> str:
    """The site as it stands in `deploy/` but for its ports and files."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{secret} ssl"),
        ("127.0.0.1:7860", f"127.0.0.1:{page}"),
        (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", str(folder / "certificate.pem")),
        (f"/etc/letsencrypt/live/{NAME}/privkey.pem", str(folder / "key.pem")),
        ("/var/log/nginx", str(folder)),
    ):
        assert old in text
        text = text.replace(old, new)
    return re.sub(r"\n *listen \[::\].*", "", text)


@contextmanager
def nginx(folder: Path, pages: tuple[int, int]) -> Iterator[Site]:
    """nginx with the site, and a second time with it under a path, as the comment in it says."""
    secret, below, plain = free_port(), free_port(), free_port()
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}"]
    make += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(make, capture_output=True, check=True)
    text = own_site(folder, secret=secret, plain=plain, page=pages[0])
    under = own_site(folder, secret=below, plain=free_port(), page=pages[1])
    for path in ("/", "/v1/"):
        assert f"location {path} {{" in under
        under = under.replace(f"location {path} {{", f"location /news{path} {{")
    under = under.replace("bulletin", "under_path")  # names that are one for all sites
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    whole = f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    whole += f"http {{\naccess_log off;\n{paths}{text}\n{under}\n}}\n"
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    command = ["nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    running = subprocess.Popen(command, stderr=subprocess.PIPE)
    (folder / "error.log").touch()
    try:
        _wait_for(secret, running, folder / "error.log")
        yield Site(secret, below, plain, folder, running)
    finally:
        running.terminate()
        running.wait(timeout=WAIT)


@pytest.fixture(scope="module")
def site(pages: tuple[int, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with nginx(tmp_path_factory.mktemp("nginx"), pages) as running:
        yield running


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

    def test_only_tls_and_only_the_name_are_served(self, site: Site) -> None:
        moved = httpx.get(f"http://127.0.0.1:{site.plain}/?q=1", headers={"Host": NAME}, trust_env=False)
        assert (moved.status_code, moved.headers["location"]) == (301, f"https://{NAME}/?q=1")
        with client(site.secret) as page:
            assert page.get("/health").json()["status"] == "ok"
            assert page.get("/").headers["strict-transport-security"]
            assert page.get("/", headers={"Host": "evil.example"}).status_code == 421

    def test_a_question_goes_through(self, site: Site) -> None:
        asked = {"data": ["李德民的党龄有多少年？"]}
        with client(site.secret) as visitor:
            event = visitor.post("/gradio_api/call/ask", json=asked).json()["event_id"]
            told = visitor.get(f"/gradio_api/call/ask/{event}").text
        assert told.startswith("event: complete")
        assert "42年" in json.loads(told.split("data: ")[1])[0]["quote"]

    def test_what_is_streamed_arrives_at_once(self, site: Site) -> None:
        # This never ends: a proxy that waits for more would give nothing.
        with client(site.secret) as visitor, visitor.stream("GET", "/gradio_api/heartbeat/somebody") as beating:
            assert beating.status_code == 200
            assert next(beating.iter_bytes())

    def test_a_file_beyond_all_limits_is_refused_before_it_is_sent(self, site: Site) -> None:
        head = f"POST /gradio_api/upload HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 200000000\r\n\r\n"
        context = ssl._create_unverified_context()
        with (
            socket.create_connection(("127.0.0.1", site.secret), timeout=WAIT) as plain,
            context.wrap_socket(plain) as line,
        ):
            line.sendall(head.encode())
            assert b" 413 " in line.recv(100)

    def test_a_page_under_a_path_is_served_there(self, site: Site) -> None:
        with client(site.below) as visitor:
            assert visitor.get("/news/health").json()["status"] == "ok"
            opened = visitor.get("/news/").text
            style = re.search(r'(?:href|src)="([^"]+\.(?:css|js))"', opened)
            assert style
            fetched = visitor.get(httpx.URL(f"https://{NAME}/news/").join(style[1]).raw_path.decode())
            assert fetched.status_code == 200
            assert "42年" in visitor.post("/news/v1/ask", json=QUESTION).json()["quote"]
            assert visitor.get("/health").status_code == 404

    def test_a_file_as_large_as_one_may_be_goes_through(self, site: Site) -> None:
        # Random, so that neither side makes less of it.
        whole = os.urandom(Limits().max_bytes - 1000)
        with client(site.secret) as staff:
            files = {"files": ("县报.md", whole)}
            assert staff.post("/gradio_api/upload", files=files).status_code == 403
            assert staff.post("/staff/enter", json={"password": PASSWORD}).status_code == 200
            (kept,) = staff.post("/gradio_api/upload", files=files).json()
            assert Path(kept).read_bytes() == whole

    def test_nobody_who_asks_notices_a_new_configuration(self, site: Site) -> None:
        def ask(_: int) -> str:
            with client(site.below) as visitor:
                return visitor.post("/news/v1/ask", json=QUESTION).json()["quote"]

        before = site.workers()
        with ThreadPoolExecutor(4) as threads:
            asked = threads.map(ask, range(16))  # fewer than the limit for calls of programs lets through at once
            for _ in range(3):
                site.running.send_signal(signal.SIGHUP)
                time.sleep(0.3)
            assert all("42年" in quote for quote in asked)
        assert site.workers() - before

    def test_the_log_holds_no_question_and_can_be_rotated(self, site: Site) -> None:
        log = site.folder / "bulletin.log"
        with client(site.secret) as visitor:
            visitor.get("/?q=%E8%B0%81%E5%9C%A8%E4%BD%8F%E9%99%A2")
            log.rename(site.folder / "bulletin.log.1")
            site.running.send_signal(signal.SIGUSR1)
            for _ in range(int(WAIT / 0.2)):
                if log.exists():
                    break
                time.sleep(0.2)
            visitor.get("/health")
        assert '"GET /health" 200' in log.read_text("utf-8")
        first = (site.folder / "bulletin.log.1").read_text("utf-8")
        assert '"GET /" 200' in first
        assert "q=" not in first

    def test_who_guesses_keys_cannot_say_that_it_is_another(self, site: Site) -> None:
        def guess(number: int) -> Any:
            forged = {"Authorization": f"Bearer bk-{number}", "X-Forwarded-For": f"198.51.100.{number}"}
            with client(site.secret) as visitor:
                return visitor.get("/v1/models", headers=forged).json()["error"]["code"]

        with ThreadPoolExecutor(WRONG_TRIES) as threads:
            assert set(threads.map(guess, range(WRONG_TRIES))) == {"key.wrong"}
        assert guess(99) == "key.wait"


@behind_nginx
def test_while_the_page_starts_anew_people_and_programs_are_told(tmp_path: Path) -> None:
    with nginx(tmp_path, (free_port(), free_port())) as site, client(site.secret) as visitor:
        for path in ("/", "/v1/models"):
            told = visitor.get(path)
            assert (told.status_code, told.headers["retry-after"]) == (503, "5")
            assert "正在更新" in told.text

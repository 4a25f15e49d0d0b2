"""What a command reaches on the network: by Python's own report, and by the system's where strace is at hand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.paths import ROOT

# Python starts with a module of this name where its path has one; subprocesses inherit the path.
_HOOK = """
import os, sys
def note(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        said = f"look-up {arguments[0]}"
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        said = f"connect {arguments[1][0]}"
    else:
        return
    with open(os.environ["NOTED"], "a", encoding="utf-8") as stream:
        print(said, file=stream)
sys.addaudithook(note)
"""
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_NAME_SERVER = re.compile(r"htons\(53\)")
_LOOPBACK = re.compile(r"127\.|::1$|::ffff:127\.|localhost$|(0\.0\.0\.0|::|None)$")


def beyond_loopback(command: Sequence[str], *, folder: Path, variables: Mapping[str, str]) -> set[str]:
    """Run a Python command line in a folder; returns the hosts beyond this machine that it spoke to or looked up.

    A question to any name server counts, be it on this machine: it passes names on. Raises AssertionError with what
    the command printed where it fails.
    """
    hook = folder / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(_HOOK, encoding="utf-8")
    noted, traced = hook / "noted", hook / "traced"
    noted.touch()
    traced.touch()
    strace = shutil.which("strace")
    calls = ["-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(traced)]
    tracer = [strace, *calls] if strace else []
    passed = {name: value for name, value in os.environ.items() if name not in _switched_off()}
    environment = {**passed, "NOTED": str(noted), "PYTHONPATH": f"{hook}{os.pathsep}{ROOT}", **variables}
    done = subprocess.run(
        [*tracer, sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    by_python = {line for line in noted.read_text("utf-8").splitlines() if not _LOOPBACK.match(line.split(" ", 1)[1])}
    return by_python | set(_traced_beyond(traced.read_text("utf-8", errors="replace")))


def _traced_beyond(trace: str) -> list[str]:
    """What the calls in a trace of the system reach, other than loopback."""
    found = []
    for line in trace.splitlines():
        addresses = [one or other for one, other in _ADDRESS.findall(line)]
        if _NAME_SERVER.search(line):
            found += [f"name server {address}" for address in addresses]
        else:
            found += [f"call to {address}" for address in addresses if not _LOOPBACK.match(address)]
    return found


def _switched_off() -> set[str]:
    from embeddings import privacy

    return set(privacy._SWITCHES)

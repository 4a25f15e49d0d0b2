"""How the page bears many users: each asks a question every few seconds, as its own browser would.

usage: python benchmarks/load.py [--archive DIR] [--users 20] [--every 5] [--seconds 300] [--questions N] [--flood N]
                                 [--builds N] [--url URL]

Without --url, the page is served over the archive by a process of its own, whose memory is told too (on Linux). Every
user is a session that sends through gradio's queue what the page sends, and waits for the whole answer. With
--questions, the users ask one after the other without a pause until so many questions have been asked: that is how
memory is watched. With --flood, one more sender, at an address of its own (127.0.0.2; Linux), sends so many questions
at once, and the next as soon as one comes back, until the users have done. With --builds, so many issues are added to
the archive, one by one, each by a process of its own as `bulletin watch` would be, and the users ask until all are in:
that is a day of many builds, after which the archive has these issues. Questions are made of the titles in the archive,
so that most have an answer.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from embeddings import read_issue_file, split_sentences
from qa.evaluation.metrics import percentile

SAMPLES = Path(__file__).parents[1] / "bulletins"
SERVE = "import sys; from qa.cli import main; sys.exit(main(['serve', *sys.argv[1:]]))"
PATIENCE = 600.0  # seconds for one answer
FLOODING_ADDRESS = "127.0.0.2"


@dataclass
class Tally:
    """What came of the questions: seconds of each answer, reasons of each failure, memory in MB as it went on.

    `flooding` counts what the sender of many questions got: answers, and reasons of failures.
    """

    seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[int, float]] = field(default_factory=list)  # questions asked, MB
    flooding: Counter[str] = field(default_factory=Counter)
    added: list[tuple[int, float]] = field(default_factory=list)  # issues added, MB


def main() -> None:
    """Serve, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", default="archive")
    parser.add_argument("--url", help="a page that is served already")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="between a user's questions")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--questions", type=int, default=0, help="ask so many without a pause, and watch memory")
    parser.add_argument("--flood", type=int, default=0, metavar="N", help="questions of one sender at any time")
    parser.add_argument("--builds", type=int, default=0, metavar="N", help="add so many issues meanwhile")
    arguments = parser.parse_args()
    with nullcontext((arguments.url, None)) if arguments.url else served(arguments.archive) as (url, pid):
        tally = asyncio.run(_load(url, pid, arguments))
    asked = len(tally.seconds) + sum(tally.failures.values())
    print(f"{arguments.users} users, {asked} questions, {sum(tally.failures.values())} failed")
    print(f"answer p50 {percentile(tally.seconds, 0.5):.2f} s, p95 {percentile(tally.seconds, 0.95):.2f} s")
    for reason, count in tally.failures.most_common():
        print(f"failed {count} times: {reason}")
    for reason, count in tally.flooding.most_common():
        print(f"flooding sender, {count} times: {reason}")
    for number, megabytes in tally.added:
        print(f"memory after {number} issues were added: {megabytes:.0f} MB")
    for number, megabytes in tally.memory:
        print(f"memory after {number} questions: {megabytes:.0f} MB")


def question_about(title: str) -> str:
    """A question that the article of a title mostly answers."""
    return f"{title}是什么时候的事？"


@contextmanager
def served(archive: str) -> Iterator[tuple[str, int]]:
    """A page over an archive in a process of its own: its address and the number of its process."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = ["--archive", archive, "--port", str(port), "--share-nothing", "--no-mcp"]
    process = subprocess.Popen([sys.executable, "-c", SERVE, *words], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/"
    try:
        while process.poll() is None:
            try:
                httpx.get(f"{url}health", timeout=PATIENCE, trust_env=False).raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.5)
        else:
            raise SystemExit("the page could not be served")
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


async def _load(url: str, pid: int | None, arguments: argparse.Namespace) -> Tally:
    tally = Tally()
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, trust_env=False, limits=limits) as client:
        config = (await client.get("config")).json()
        listing = next(one for one in config["dependencies"] if one["api_name"] == "list_issues")
        issues = (await _send(client, {"data": [True, "", 500], "fn_index": listing["id"]}))["data"][0]
        titles = [row["title"] for issue in issues for row in issue["headlines"] if row["title"]]
        questions = itertools.cycle([question_about(title) for title in titles])
        await _ask(client, config, next(questions))  # the model loads with the first
        _remember(tally.memory, pid, 0)
        building = asyncio.create_task(_add_issues(arguments.archive, arguments.builds, pid, tally))
        numbers = itertools.count(1)
        ends = time.monotonic() + arguments.seconds

        async def read(delay: float) -> None:
            await asyncio.sleep(0 if arguments.questions else delay)
            while arguments.questions or time.monotonic() < ends or not building.done():
                number = next(numbers)
                if arguments.questions and number > arguments.questions:
                    return
                started = time.monotonic()
                try:
                    await _ask(client, config, next(questions))
                    tally.seconds.append(time.monotonic() - started)
                except Exception as error:
                    tally.failures[str(error) or type(error).__name__] += 1
                if arguments.questions and number % max(1, arguments.questions // 10) == 0:
                    _remember(tally.memory, pid, number)
                if not arguments.questions:
                    await asyncio.sleep(max(0.0, started + arguments.every - time.monotonic()))

        share = arguments.every / max(1, arguments.users)
        async with _flood(url, config, questions, arguments.flood, tally):
            await asyncio.gather(*(read(at * share) for at in range(arguments.users)))
        if not arguments.questions:
            _remember(tally.memory, pid, next(numbers) - 1)
        await building
    return tally


@asynccontextmanager
async def _flood(
    url: str, config: dict[str, Any], questions: Iterator[str], count: int, tally: Tally
) -> AsyncIterator[None]:
    """One sender who has `count` questions waiting at any time, for as long as the block lasts."""

    async def send(client: httpx.AsyncClient) -> None:
        while True:
            try:
                await _ask(client, config, next(questions))
                tally.flooding["answered"] += 1
            except Exception as error:
                tally.flooding[str(error) or type(error).__name__] += 1
                await asyncio.sleep(0.5)  # this process must not be what is slow

    transport = httpx.AsyncHTTPTransport(local_address=FLOODING_ADDRESS, limits=httpx.Limits(max_connections=None))
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, trust_env=False, transport=transport) as client:
        senders = [asyncio.create_task(send(client)) for _ in range(count)]
        try:
            yield
        finally:
            for sender in senders:
                sender.cancel()
            await asyncio.gather(*senders, return_exceptions=True)


async def _ask(client: httpx.AsyncClient, config: dict[str, Any], question: str) -> None:
    """Ask as a page that was just opened does. Raises RuntimeError with what went wrong."""
    components = {component["id"]: component["props"] for component in config["components"]}
    box = next(key for key, props in components.items() if props.get("elem_id") == "question")
    asking = next(one for one in config["dependencies"] if [box, "submit"] in [list(two) for two in one["targets"]])
    values = [question if key == box else components[key].get("value") for key in asking["inputs"]]
    await _send(client, {"data": values, "fn_index": asking["id"], "trigger_id": box})


async def _send(client: httpx.AsyncClient, call: dict[str, Any]) -> dict[str, Any]:
    """What a call gives at its end. Raises RuntimeError with what went wrong."""
    session = uuid4().hex
    joined = await client.post("gradio_api/queue/join", json={**call, "session_hash": session})
    if joined.status_code != 200:
        raise RuntimeError(f"HTTP {joined.status_code}")
    async with client.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            message = json.loads(line[6:]) if line.startswith("data: ") else {}
            if message.get("msg") == "process_completed":
                if not message["success"]:
                    raise RuntimeError(str(message["output"].get("error") or "an error without a message"))
                return dict(message["output"])
    raise RuntimeError("the answer was cut off")


async def _add_issues(archive: str, count: int, pid: int | None, tally: Tally) -> None:
    """Add issues of recombined sentences of the samples, a process each. Raises RuntimeError where one fails."""
    articles = [article for path in sorted(SAMPLES.iterdir()) for article in read_issue_file(path)]
    sentences = [one.body[start:end] for one in articles for start, end in split_sentences(one.body)]
    draw = random.Random()  # an archive takes the same issue only once
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, count + 1):
            rows = [
                {"title": draw.choice(articles).title, "text": "".join(draw.choices(sentences, k=9))} for _ in range(12)
            ]
            issue = Path(folder) / f"{date(2030, 1, 1) + timedelta(days=number)}.jsonl"
            issue.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
            command = [sys.executable, "-m", "embeddings", "add", str(issue), "--archive", archive]
            process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
            if await process.wait():
                raise RuntimeError(f"issue {number} could not be added")
            if number % max(1, count // 10) == 0:
                _remember(tally.added, pid, number)


def _remember(memory: list[tuple[int, float]], pid: int | None, number: int) -> None:
    status = Path(f"/proc/{pid or os.getpid()}/status")
    if pid is not None and status.is_file() and (found := re.search(r"VmRSS:\s*(\d+) kB", status.read_text())):
        memory.append((number, int(found[1]) / 1024))


if __name__ == "__main__":
    main()

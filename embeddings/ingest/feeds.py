"""Feeds that an operator has named: asked for now and then, and kept as files in a watched folder, one a day.

What a feed brings lies in a folder of its own below the watched one (`example.org-kqwmzpbd/2025-09-13.xml`), and is
read from there as any other file: the archive, corrections and a later build know nothing of the network. What has been
taken out of a feed stays in the folder; what is deleted from the folder, or withdrawn, is not brought back.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from embeddings.config import Limits
from embeddings.errors import ArgumentError, BulletinError, SourceCode, SourceError, UsageCode
from embeddings.ingest.corrections import read_corrections
from embeddings.loaders.apart import run_apart
from embeddings.loaders.rows.feeds import feed_of, items_of
from embeddings.sources.atomic import hold_folder, replace_file
from embeddings.sources.document import Document
from embeddings.sources.fetching import Fetched, FetchLimits, Known, checked_address, fetch
from embeddings.sources.files import read_bytes
from embeddings.sources.hashing import text_digest

logger = logging.getLogger(__name__)

FEED_MINUTES = 30.0
_LEAST_MINUTES = 1.0
_MOST_WAIT_SECONDS = 86_400.0
_STATE_FILE = ".feed.json"
_GONE = 410
_UNCHANGED = 304
_OK = 200


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """The addresses of feeds, and how many minutes lie between two questions for one.

    Raises ArgumentError when these are too few, and SourceError for what is no address of a feed.
    """

    addresses: tuple[str, ...] = ()
    minutes: float = FEED_MINUTES

    def __post_init__(self) -> None:
        if not self.minutes >= _LEAST_MINUTES:
            raise ArgumentError(UsageCode.FEED_TOO_OFTEN, minutes=self.minutes, least=_LEAST_MINUTES)
        for address in self.addresses:
            checked_address(address)


@dataclass(slots=True)
class _State:
    """What is remembered of a feed: what its server was told last, and for each item its file and its digest."""

    known: Known = field(default_factory=Known)
    items: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> _State:
        """The state in a folder. One that is missing or damaged is begun anew; the same items make the same files."""
        try:
            row = json.loads((folder / _STATE_FILE).read_text(encoding="utf-8"))
            items = {str(key): (str(file), str(digest)) for key, (file, digest) in row["items"].items()}
            return cls(Known(**row["known"]), items)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def write(self, folder: Path) -> None:
        row: dict[str, Any] = {"known": asdict(self.known), "items": self.items}
        replace_file(folder / _STATE_FILE, json.dumps(row, ensure_ascii=False).encode("utf-8"))


class Feed:
    """One feed, kept in a folder below `folder`. It is asked when it is due, and less often while it fails."""

    def __init__(
        self,
        address: str,
        folder: Path,
        *,
        seconds: float = FEED_MINUTES * 60,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = checked_address(address)
        self.folder = folder / folder_name(self.address)
        self._root = folder
        self._seconds = seconds
        self._limits = limits
        self._clock = clock
        self._failures = 0
        self.due = clock()

    def ask(self) -> int:
        """Ask for the feed, and keep what is new or changed; returns how many items that was.

        Raises SourceError; the feed is then due again later, and ever later while it goes on, up to a day. A server
        that asks to be left longer is left longer.
        """
        self._failures += 1
        self._wait()
        limits = self._limits or Limits.from_environment()
        state = _State.read(self.folder)
        fetched = fetch(self.address, state.known, FetchLimits(max_bytes=limits.max_bytes))
        self._wait(fetched.wait_seconds)
        if fetched.status == _GONE:
            self.due = float("inf")
            raise SourceError(SourceCode.FEED_GONE, address=self.address)
        if fetched.status not in (_OK, _UNCHANGED):
            raise SourceError(SourceCode.FEED_NOT_GIVEN, address=self.address, status=fetched.status)
        taken = self._keep(fetched, state, limits) if fetched.status == _OK else 0
        self._failures = 0
        self._wait(fetched.wait_seconds)
        return taken

    def _wait(self, wanted: float = 0.0) -> None:
        pause = self._seconds * 2 ** min(max(self._failures - 1, 0), 16)
        self.due = self._clock() + max(self._seconds, min(max(pause, wanted), _MOST_WAIT_SECONDS))

    def _keep(self, fetched: Fetched, state: _State, limits: Limits) -> int:
        """Write what is new or changed. The state comes last: what a kill leaves undone is done the next time."""
        name, items = _apart(fetched.content, self.address, limits)
        if not items and not state.items:
            raise SourceError(SourceCode.NO_ARTICLE, name=self.address)
        try:
            if not self._root.is_dir():  # a share that is away: it must not be written beside it
                raise FileNotFoundError("the folder is away")
            self.folder.mkdir(exist_ok=True)
            with hold_folder(self.folder):
                taken = self._put(name, items[: limits.max_members], state, limits)
                state.known = fetched.known
                state.write(self.folder)
        except OSError as error:
            detail = error.strerror or str(error)
            raise SourceError(
                SourceCode.FEED_NOT_KEPT, address=self.address, folder=self.folder, detail=detail
            ) from error
        return taken

    def _put(self, name: str, items: list[tuple[str, str, str]], state: _State, limits: Limits) -> int:
        changed: dict[str, dict[str, str]] = {}  # of each file, the XML of items by key
        left: dict[str, set[str]] = {}  # of each file, the keys of items that are of another day now
        for key, day, xml in items:
            file, digest = state.items.get(key, ("", ""))
            if digest == text_digest(xml) or (file and self._is_withdrawn(file)):
                continue
            target = file if file and _day_of(file) == (day or _UNDATED) else self._open_file(day or _UNDATED)
            if file and file != target:
                left.setdefault(file, set()).add(key)
            changed.setdefault(target, {})[key] = xml
            state.items[key] = target, text_digest(xml)
        for file in sorted({*changed, *left}):
            self._rewrite(name, file, changed.get(file, {}), left.get(file, set()), limits)
        return sum(map(len, changed.values()))

    def _rewrite(self, name: str, file: str, changed: Mapping[str, str], left: set[str], limits: Limits) -> None:
        path = self.folder / file
        kept = {}
        if path.exists():
            before, items = _apart(read_bytes(path, limits), file, limits)
            kept = {key: xml for key, _, xml in items if key not in left}
            name = before or name  # an issue keeps the name under which it came
        kept.update(changed)
        content = feed_of(name, kept.values())
        if not kept:
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_bytes() != content:
            replace_file(path, content)

    def _open_file(self, day: str) -> str:
        """The file for new items of a day: one beside a withdrawn one, which must not come back with them."""
        number = 1
        while self._is_withdrawn(file := f"{day}-{number}.xml" if number > 1 else f"{day}.xml"):
            number += 1
        return file

    def _is_withdrawn(self, file: str) -> bool:
        path = self.folder / file
        return path.exists() and read_corrections(path, Document(file, path.read_bytes())).withdrawn


_UNDATED = "undated"


def _day_of(file: str) -> str:
    return _UNDATED if file.startswith(_UNDATED) else file[:10]


def folder_name(address: str) -> str:
    """The folder of a feed: its host, and letters that tell it from other feeds there; never a day by chance."""
    host = "".join(character if character.isalnum() else "." for character in urlsplit(address).hostname or "")
    digest = hashlib.sha256(address.encode("utf-8")).digest()
    return f"{host[:80]}-{''.join(chr(ord('a') + byte % 26) for byte in digest[:8])}"


def _apart(content: bytes, name: str, limits: Limits) -> tuple[str, list[tuple[str, str, str]]]:
    """The name and the items of a feed, read in a process of its own. Raises SourceError."""
    title, items = run_apart(items_of, Document(name, content), name=name, limits=limits)
    return title, [(key, day, xml) for key, day, xml in items]


def follow(
    folder: Path,
    options: FeedOptions,
    *,
    on_error: Callable[[BulletinError], None],
    stop: threading.Event,
    asked: Callable[[Feed], None] = lambda _feed: None,
) -> threading.Thread | None:
    """Ask for feeds when they are due, in a thread of its own that ends with `stop`; None where none is named."""
    if not options.addresses:
        return None
    feeds = [Feed(address, folder, seconds=options.minutes * 60) for address in dict.fromkeys(options.addresses)]

    def run() -> None:
        while not stop.is_set():
            feed = min(feeds, key=lambda one: one.due)
            if stop.wait(min(max(feed.due - time.monotonic(), 0.0), _MOST_WAIT_SECONDS)):
                return
            if feed.due > time.monotonic():
                continue
            try:
                feed.ask()
            except BulletinError as error:
                on_error(error)
            except Exception as error:  # a feed that ends is noticed by nobody
                logger.exception("%s could not be followed", feed.address)
                on_error(SourceError(SourceCode.WATCH_FAILED, kind=type(error).__name__, detail=str(error)))
            asked(feed)

    # Nothing waits for a server that says nothing: what is kept is renamed into place, whenever this ends.
    thread = threading.Thread(target=run, name="feeds", daemon=True)
    thread.start()
    return thread

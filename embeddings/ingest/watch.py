"""Watch folders, and index what arrives, changes or goes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embeddings.archive.registry import open_archive
from embeddings.config import archive_location
from embeddings.encoders.encoder import Encoder
from embeddings.errors import ArchiveError, BulletinError, SourceCode, SourceError
from embeddings.ingest.build import BuildOptions, BuildReport, find_files, update
from embeddings.ingest.feeds import FeedOptions, follow
from embeddings.ingest.plan import Skipped, failures_named
from embeddings.sources.files import ARCHIVE_SUFFIXES, PRINTED_SUFFIXES

logger = logging.getLogger(__name__)

SETTLE_SECONDS = 2.0
# Shares on other machines send no notice of changes, so the folders are also looked through now and then.
RESCAN_SECONDS = 30.0
_NOTICE_STEP = 0.5
# So many issues of one folder gone at once is a share that was unmounted, rather than an editor's wish.
_HELD_BACK = 3
# Reading these takes long enough that what can be read at once goes first.
_SLOW_SUFFIXES = PRINTED_SUFFIXES | ARCHIVE_SUFFIXES

Stamp = tuple[int, int]  # size in bytes, time of the last change in nanoseconds


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """How a watch goes about it. A file is read once it has stayed the same for `settle_seconds`.

    Feeds are followed only where `feeds` names addresses; what they bring is kept in the first folder.
    """

    settle_seconds: float = SETTLE_SECONDS
    rescan_seconds: float = RESCAN_SECONDS
    feeds: FeedOptions = field(default_factory=FeedOptions)
    build: BuildOptions = field(default_factory=BuildOptions)


class Watcher:
    """Knows what the folders held when it last looked, and brings an archive in step with what they hold now.

    A file that fails is reported once and left alone until it changes.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        archive: str | Path | None = None,
        options: WatchOptions | None = None,
        encoder: Encoder | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folders = [folder.resolve() for folder in folders]
        for folder in self._folders:
            if not folder.is_dir():
                raise SourceError(SourceCode.NO_FOLDER_TO_WATCH, folder=folder)
        self._archive = archive_location(archive)
        self._options = options or WatchOptions()
        self._encoder = encoder
        self._clock = clock
        self._seen: dict[Path, tuple[Stamp, float]] = {}  # when each file was first seen as it is
        self._is_first_look = True
        self._read: dict[Path, Stamp] = {}
        self._parts: set[Path] = set()  # pages of e-papers after the first, and of contents
        self._told: set[str] = set()  # left out and reported

    @property
    def is_waiting(self) -> bool:
        """Whether a file is still being copied."""
        return any(self._read.get(path) != stamp for path, (stamp, _) in self._seen.items())

    def look(self) -> Iterator[BuildReport]:
        """Read what has arrived and settled, and take out what has gone: a report for each part that is done.

        Text goes first and together; each file that takes long to read follows alone, so that the rest need not wait
        for it. Raises ArchiveError or ModelError.
        """
        stamps, left_out = self._scan()
        if left_out:
            yield BuildReport(skipped=tuple(left_out))
        ready = {path: str(self._root(path)) for path, stamp in stamps.items() if self._is_ready(path, stamp)}
        # A file that was renamed is gone and new; taken together, nothing of it is encoded again.
        gone = [] if self.is_waiting and not ready else self._gone(stamps)
        quick = {path: root for path, root in ready.items() if path.suffix.lower() not in _SLOW_SUFFIXES}
        batches = [quick, *({path: root} for path, root in sorted(ready.items()) if path not in quick)]
        for batch in batches:
            if not batch and not gone:
                continue
            report = self._indexed(batch, gone)
            self._read.update((path, stamps[path]) for path in batch)
            gone = []
            if report.added or report.replaced or report.removed or report.skipped or report.stale_corrections:
                yield report

    def _indexed(self, batch: Mapping[Path, str], gone: Collection[Path]) -> BuildReport:
        """What came of some files. What goes wrong with all of them together is looked for in each."""

        def index(files: Mapping[Path, str], missing: Collection[Path] = ()) -> BuildReport:
            return update(files, missing, archive=self._archive, options=self._options.build, encoder=self._encoder)

        try:
            return index(batch, gone)
        except BulletinError:
            raise
        except Exception:
            if not batch:
                raise
            logger.exception("%d files could not be indexed together", len(batch))
        report = index({}, gone)
        for path, root in batch.items():
            try:
                with failures_named(path.name):
                    one = index({path: root})
            except SourceError as error:
                one = BuildReport(skipped=(Skipped(str(path), error),))
            report = report.followed_by(one)
        return report

    def _scan(self) -> tuple[dict[Path, Stamp], list[Skipped]]:
        """Every issue file and its stamp, and the files left out that were not reported before."""
        stamps: dict[Path, Stamp] = {}
        left_out = []
        self._parts.clear()
        for folder in self._folders:
            try:
                found = find_files([folder])
            except (SourceError, OSError):
                continue  # an empty folder, or one that is away for a moment
            for path in found.files:
                try:
                    stamps[path] = _stamp((path, *found.pages.get(path, ())))
                except OSError:
                    continue  # gone between the listing and the look
            self._parts |= {page for pages in found.pages.values() for page in pages}
            self._parts |= {Path(one.path) for one in found.skipped if one.error.code is SourceCode.CONTENTS_OF_PAPER}
            left_out += [skipped for skipped in found.skipped if skipped.path not in self._told]
        self._told.update(skipped.path for skipped in left_out)
        self._seen = {path: (stamp, self._since(path, stamp)) for path, stamp in stamps.items()}
        self._is_first_look = False
        return stamps, left_out

    def _since(self, path: Path, stamp: Stamp) -> float:
        """Since when a file has been as it is. On the first look its own time of change tells; later a copy may lie.

        Never later than now: a clock that was set back, or a file of a machine that is ahead, would wait for its time.
        """
        now = self._clock()
        seen = self._seen.get(path)
        if seen is not None and seen[0] == stamp:
            return min(seen[1], now)
        return min(stamp[1] / 1e9, now) if self._is_first_look else now

    def _is_ready(self, path: Path, stamp: Stamp) -> bool:
        """Whether a file is new or changed, and has stayed the same long enough to be complete."""
        if self._read.get(path) == stamp:
            return False
        return self._clock() - self._seen[path][1] >= self._options.settle_seconds

    def _gone(self, stamps: dict[Path, Stamp]) -> list[Path]:
        """Files whose issues the archive holds and which have gone, though their folder is still there."""
        self._read = {path: stamp for path, stamp in self._read.items() if path in stamps}
        try:
            store = open_archive(self._archive)
        except ArchiveError:
            return []
        try:
            sources = {Path(known.issue.source) for known in store.known_issues()}
        finally:
            store.close()
        gone = []
        for folder in self._folders:
            held = [source for source in sources if folder in source.parents]
            missing = [source for source in held if source not in stamps and not source.exists()]
            emptied = len(missing) == len(held) >= _HELD_BACK
            if folder.is_dir() and not emptied:
                gone += missing
            # A page that came alone has become one of an issue.
            gone += [source for source in held if source in self._parts and source not in missing]
        return sorted(gone)

    def _root(self, path: Path) -> Path:
        return next(folder for folder in self._folders if folder in path.parents)


def _stamp(paths: Sequence[Path]) -> Stamp:
    """The stamp of a file, or of the pages that are one issue. Raises OSError."""
    stats = [path.stat() for path in paths]
    return sum(stat.st_size for stat in stats), max(stat.st_mtime_ns for stat in stats)


def watch(
    folders: Sequence[str | Path],
    *,
    archive: str | Path | None = None,
    options: WatchOptions | None = None,
    encoder: Encoder | None = None,
    on_report: Callable[[BuildReport], None] = lambda _report: None,
    on_error: Callable[[BulletinError], None] = lambda _error: None,
    stop: threading.Event | None = None,
) -> None:
    """Keep an archive in step with some folders until `stop` is set.

    `on_report` is told what each step did, `on_error` why a step could not be done (another build held the archive for
    too long, the disk was full, a feed's server was down); it is tried again. Feeds are asked by a thread of their own,
    which calls `on_error`. Raises SourceError when a folder does not exist, or what is named is no address of a feed.
    """
    options = options or WatchOptions()
    stop = stop or threading.Event()
    watcher = Watcher([Path(folder) for folder in folders], archive=archive, options=options, encoder=encoder)
    follow(Path(folders[0]), options.feeds, on_error=on_error, stop=stop)
    last = float("-inf")
    changed = True
    while not stop.is_set():
        for notice in _notices(folders, stop, pause=options.settle_seconds):
            changed = changed or bool(notice) or watcher.is_waiting
            if not changed and time.monotonic() - last < options.rescan_seconds:
                continue
            try:
                for report in watcher.look():
                    on_report(report)
                changed = False
            except BulletinError as error:
                on_error(error)
                changed = True
                stop.wait(options.settle_seconds)
            except Exception as error:  # a watch that ends is noticed by nobody
                logger.exception("The folders could not be looked through")
                on_error(SourceError(SourceCode.WATCH_FAILED, kind=type(error).__name__, detail=str(error)))
                changed = True
                stop.wait(options.settle_seconds)
            last = time.monotonic()


def _notices(folders: Sequence[str | Path], stop: threading.Event, *, pause: float) -> Iterator[Collection[object]]:
    """What the system tells of changes, now and then nothing; ends when it can tell no more, as of a folder that went.

    Whoever asks again waits a moment, and is told nothing meanwhile, so that it looks for itself.
    """
    from watchfiles import watch as notices

    try:
        yield from notices(
            *(Path(folder) for folder in folders),
            stop_event=stop,
            rust_timeout=int(_NOTICE_STEP * 1000),
            yield_on_timeout=True,
            raise_interrupt=True,
            ignore_permission_denied=True,
        )
    except (OSError, RuntimeError) as error:
        logger.warning(
            "The system tells nothing of changes now (%s); the folders are looked through all the same", error
        )
        stop.wait(pause)
        yield ()

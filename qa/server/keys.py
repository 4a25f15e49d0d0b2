"""Keys for other programs: made by `bulletin key add`, each with limits, and looked at before a call is answered.

The file beside the archive holds hashes alone, so that whoever reads it cannot call with what stands there.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from threading import Lock

from embeddings import BulletinError
from embeddings.sources.atomic import hold_folder, replace_file
from qa.errors import KeyCode
from qa.server.auth import ClientRequest, FailedAttempts

logger = logging.getLogger(__name__)

KEYS_FILE = "keys.json"
PER_MINUTE, PER_DAY = 60, 5000  # calls, where `bulletin key add` is not told otherwise
_PREFIX = "bk-"
_NAME = re.compile(r"[\w.@-]{1,60}")
_MINUTE = 60.0
_STATUS = {KeyCode.MISSING: 401, KeyCode.WRONG: 401, KeyCode.EXPIRED: 401}  # 429 for all others


class KeyRefusedError(BulletinError):
    """A call is not answered for the sake of its key. `retry_after`, in seconds, is None where waiting is no help."""

    def __init__(self, code: KeyCode, *, retry_after: int | None = None, **params: object) -> None:
        super().__init__(code, **params)
        self.status = _STATUS.get(code, 429)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class ProgramKey:
    """A key that was given out: the name of whom it is for, the SHA-256 of it, and how many calls it allows.

    `until` is the last day (UTC) on which it holds, or None.
    """

    name: str
    digest: str
    per_minute: int = PER_MINUTE
    per_day: int = PER_DAY
    until: date | None = None


class KeyFile:
    """The keys of an archive. Every change is a new file in the place of the old one."""

    def __init__(self, archive: Path) -> None:
        self._path = archive / KEYS_FILE
        self._known: tuple[tuple[int, int], tuple[ProgramKey, ...]] | None = None

    @property
    def is_there(self) -> bool:
        """Whether a key was ever made. From then on calls need one, also when all were taken back."""
        return self._path.exists()

    def read(self) -> tuple[ProgramKey, ...]:
        """All keys, by name; read again where the file has changed. Raises BulletinError where it cannot be read."""
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if self._known is None or self._known[0] != stamp:
                rows = json.loads(self._path.read_text(encoding="utf-8"))
                self._known = stamp, tuple(_key_of(row) for row in rows)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BulletinError(KeyCode.UNREADABLE, path=self._path, detail=str(error)) from error
        return self._known[1]

    def add(self, name: str, *, per_minute: int = PER_MINUTE, per_day: int = PER_DAY, until: date | None = None) -> str:
        """Make a key and return it: it is shown this once. Raises BulletinError for a name that is taken or no name."""
        if not _NAME.fullmatch(name):
            raise BulletinError(KeyCode.BAD_NAME, name=name)
        secret = _PREFIX + secrets.token_urlsafe(32)
        with hold_folder(self._path.parent):
            kept = self.read()
            if any(one.name == name for one in kept):
                raise BulletinError(KeyCode.NAME_TAKEN, name=name)
            made = ProgramKey(name, _digest(secret), per_minute=per_minute, per_day=per_day, until=until)
            self._write([*kept, made])
        return secret

    def remove(self, name: str) -> None:
        """Take a key back; a page that runs refuses it from the next call on. Raises BulletinError for none."""
        with hold_folder(self._path.parent):
            kept = self.read()
            left = [one for one in kept if one.name != name]
            if len(left) == len(kept):
                raise BulletinError(KeyCode.UNKNOWN, name=name)
            self._write(left)

    def _write(self, keys: Sequence[ProgramKey]) -> None:
        rows = [
            {**asdict(one), "until": one.until.isoformat() if one.until else None}
            for one in sorted(keys, key=lambda one: one.name)
        ]
        content = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
        try:
            replace_file(self._path, content.encode("utf-8"))
        except OSError as error:
            raise BulletinError(KeyCode.NOT_WRITTEN, path=self._path, detail=str(error)) from error


class KeyAccess:
    """Which calls of other programs are answered, by the keys that they bring. Safe in several threads.

    Calls are counted in memory: a page that starts anew has counted none. `clock` counts seconds, `now` tells the day.
    """

    def __init__(
        self,
        file: KeyFile,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._file = file
        self._clock = clock
        self._now = now
        self._attempts = FailedAttempts(clock)
        self._lock = Lock()
        self._recent: dict[str, deque[float]] = {}  # by the name of a key, the times of its calls in the last minute
        self._today: dict[str, tuple[date, int]] = {}  # by the name of a key, a day and its calls on that day

    def concerns(self, visit: ClientRequest, *, has_password: bool) -> bool:
        """Whether a key decides on a call. A page without keys lets in whom it shows itself to.

        Where a password opens the page, it opens the calls too, unless one brings a key.
        """
        return self._file.is_there and (bool(_secret_of(visit)) or not has_password)

    def admit(self, visit: ClientRequest) -> None:
        """Count a call. Raises KeyRefusedError for one without a key that holds, or beyond the limits of its key."""
        secret = _secret_of(visit)
        if not secret:
            raise KeyRefusedError(KeyCode.MISSING)
        if self._attempts.must_wait(visit):
            raise KeyRefusedError(KeyCode.WAIT, retry_after=600)
        digest = _digest(secret)
        key = next((one for one in self._file.read() if hmac.compare_digest(one.digest, digest)), None)
        if key is None:
            self._attempts.count(visit, secret.encode("utf-8", "replace"))
            raise KeyRefusedError(KeyCode.WRONG)
        today = self._now().date()
        if key.until and today > key.until:
            raise KeyRefusedError(KeyCode.EXPIRED, until=key.until)
        with self._lock:
            self._count(key, today)

    def _count(self, key: ProgramKey, today: date) -> None:
        moment = self._clock()
        recent = self._recent.setdefault(key.name, deque())
        while recent and moment - recent[0] >= _MINUTE:
            recent.popleft()
        day, calls = self._today.get(key.name, (today, 0))
        calls = calls if day == today else 0
        if len(recent) >= key.per_minute:
            wait = int(_MINUTE - (moment - recent[0])) + 1
            raise KeyRefusedError(KeyCode.TOO_MANY_A_MINUTE, most=key.per_minute, retry_after=wait)
        if calls >= key.per_day:
            seconds = 86_400 - (self._now().hour * 60 + self._now().minute) * 60
            raise KeyRefusedError(KeyCode.TOO_MANY_A_DAY, most=key.per_day, retry_after=seconds)
        recent.append(moment)
        self._today[key.name] = today, calls + 1


def _key_of(row: dict[str, object]) -> ProgramKey:
    until = row["until"]
    return ProgramKey(
        name=str(row["name"]),
        digest=str(row["digest"]),
        per_minute=int(str(row["per_minute"])),
        per_day=int(str(row["per_day"])),
        until=date.fromisoformat(str(until)) if until else None,
    )


def _digest(secret: str) -> str:
    # A key has 256 random bits, so that no slow hash is needed.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _secret_of(visit: ClientRequest) -> str:
    scheme, _, secret = visit.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""

"""People with a name and a password of their own: readers, editors and administrators, made by `bulletin user add`.

The file beside the archive holds hashes alone: PBKDF2 with HMAC-SHA256 and a salt for each, with as many rounds as
OWASP advises (Password Storage Cheat Sheet, 2023).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from threading import Lock

from embeddings import BulletinError
from embeddings.sources.atomic import hold_folder, replace_file
from qa.errors import UserCode

USERS_FILE = "users.json"
ROUNDS = 600_000
LEAST_PASSWORD_CHARS = 8
_MOST_PASSWORD_CHARS = 1000
_NAME = re.compile(r"[\w.@-]{1,60}")
_KNOWN = 1000  # passwords that were right, by a digest that only this process can make


class Role(str, Enum):
    """What a person may do. StrEnum needs Python 3.11."""

    READER = "reader"  # read and ask
    EDITOR = "editor"  # and change what is in the archive and what the newsroom has fixed
    ADMINISTRATOR = "administrator"  # and undo what others changed

    __str__ = str.__str__

    @property
    def is_staff(self) -> bool:
        """Whether the newsroom is open to them."""
        return self is not Role.READER


@dataclass(frozen=True, slots=True)
class Person:
    """A person who may come in."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class _Account:
    name: str
    role: str
    salt: str  # hexadecimal
    digest: str
    rounds: int


class UserFile:
    """The people of an archive. Every change is a new file in the place of the old one; safe in several threads."""

    def __init__(self, archive: Path) -> None:
        self._path = archive / USERS_FILE
        self._lock = Lock()
        self._known: tuple[tuple[int, int], tuple[_Account, ...]] | None = None
        self._secret = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, str] = OrderedDict()  # digest → hash of the account that it is right for

    def people(self) -> list[Person]:
        """Everybody, by name. Raises BulletinError where the file cannot be read."""
        return [Person(one.name, Role(one.role)) for one in self._read()]

    @property
    def has_staff(self) -> bool:
        """Whether anybody may open the newsroom by name."""
        return any(one.role.is_staff for one in self.people())

    @property
    def has_readers(self) -> bool:
        """Whether the page is open by name only."""
        return any(one.role is Role.READER for one in self.people())

    def add(self, name: str, role: Role, password: str) -> None:
        """Let a person in, or give one another role and password. Raises BulletinError for what cannot be taken."""
        if not _NAME.fullmatch(name):
            raise BulletinError(UserCode.BAD_NAME, name=name)
        if not LEAST_PASSWORD_CHARS <= len(password) <= _MOST_PASSWORD_CHARS:
            raise BulletinError(UserCode.BAD_PASSWORD, least=LEAST_PASSWORD_CHARS, most=_MOST_PASSWORD_CHARS)
        salt = secrets.token_bytes(16)
        account = _Account(name, str(role), salt.hex(), _digest(password, salt, ROUNDS).hex(), ROUNDS)
        with hold_folder(self._path.parent):
            self._write([*(one for one in self._read() if one.name != name), account])

    def remove(self, name: str) -> None:
        """Let a person in no more. Raises BulletinError where there is none of that name."""
        with hold_folder(self._path.parent):
            kept = self._read()
            left = [one for one in kept if one.name != name]
            if len(left) == len(kept):
                raise BulletinError(UserCode.UNKNOWN, name=name)
            self._write(left)

    def check(self, name: str, password: str) -> Person | None:
        """The person whose name and password these are; None for a wrong one. Takes as long for a name that is none."""
        found = next((one for one in self._read() if one.name == name), None)
        tried = password[:_MOST_PASSWORD_CHARS]
        mark = hmac.digest(self._secret, f"{name}\0{tried}".encode("utf-8", "replace"), "sha256")
        with self._lock:
            if found and self._right.get(mark) == found.digest:  # a browser sends its password with every request
                return Person(found.name, Role(found.role))
        salt, rounds = (bytes.fromhex(found.salt), found.rounds) if found else (b"\0" * 16, ROUNDS)
        is_right = hmac.compare_digest(_digest(tried, salt, rounds).hex(), found.digest if found else "")
        if not (found and is_right):
            return None
        with self._lock:
            self._right[mark] = found.digest
            while len(self._right) > _KNOWN:
                self._right.popitem(last=False)
        return Person(found.name, Role(found.role))

    def _read(self) -> tuple[_Account, ...]:
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            with self._lock:
                if self._known is None or self._known[0] != stamp:
                    rows = json.loads(self._path.read_text(encoding="utf-8"))
                    accounts = [_Account(**row) for row in rows]
                    for one in accounts:
                        Role(one.role)
                    self._known = stamp, tuple(accounts)
                return self._known[1]
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BulletinError(UserCode.UNREADABLE, path=self._path, detail=str(error)) from error

    def _write(self, accounts: Sequence[_Account]) -> None:
        rows = [asdict(one) for one in sorted(accounts, key=lambda one: one.name)]
        content = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
        try:
            replace_file(self._path, content.encode("utf-8"))
        except OSError as error:
            raise BulletinError(UserCode.NOT_WRITTEN, path=self._path, detail=str(error)) from error


def _digest(password: str, salt: bytes, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode("utf-8", "replace"), salt, rounds)

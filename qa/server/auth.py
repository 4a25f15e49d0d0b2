"""Who may come in: users where the page has a password, and the staff.

It sees requests only as ASGI scopes, and knows nothing of the page.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import logging
import secrets
import time
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from embeddings import BulletinError
from qa.errors import AccessCode
from qa.server.users import Person, Role, UserFile

logger = logging.getLogger(__name__)

STAY_SECONDS = 12 * 3600.0  # of a browser in which the staff's password was given
WRONG_TRIES = 5  # from one address, within the time below, until it has to wait
WRONG_SECONDS = 600.0
_MOST_VISITORS = 10_000  # remembered at a time
_MOST_PASSWORD_CHARS = 1000
# A proxy passes on requests of other machines as its own; these are how it says so.
_FORWARDING = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


ANYBODY = Person("", Role.ADMINISTRATOR)  # whoever comes in where nobody has a name


class NotAdmittedError(BulletinError):
    """A password was not taken."""


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """A request as far as it tells who sends it. Names of headers are in lower case."""

    address: str
    headers: Mapping[str, str]

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> ClientRequest:
        """The visit of an ASGI scope."""
        client = scope.get("client")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
        return cls(client[0] if client else "", headers)

    @property
    def is_local(self) -> bool:
        """Whether it was sent from this machine, by a page of this machine, through no proxy."""
        if not _is_loopback(self.address) or self.is_forwarded:
            return False
        # A name that another site lets point at this machine, or a page of that site, speaks for that site.
        return _names_this_machine(self.headers.get("host", "")) and self.is_own_page

    @property
    def is_own_page(self) -> bool:
        """Whether no page of another site sent it. Browsers say so; other programs say nothing."""
        if site := self.headers.get("sec-fetch-site"):
            return site in ("same-origin", "none")
        origin = self.headers.get("origin")
        hosts = (self.headers.get("host"), self.headers.get("x-forwarded-host"))
        return origin is None or urlsplit(origin).netloc in hosts

    def cookie(self, name: str) -> str:
        """The value of a cookie; empty where there is none."""
        parts = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return next((value for key, _, value in parts if key == name), "")

    @property
    def network(self) -> str:
        """What is counted as one sender, as `network_of` tells it."""
        return network_of(self.address)

    @property
    def is_forwarded(self) -> bool:
        """Whether a proxy says that it passes the request on for another."""
        return any(name in self.headers for name in _FORWARDING)


class FailedAttempts:
    """Counts wrong passwords by their sender, so that nobody can try many. Safe in several threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._wrong: OrderedDict[str, dict[bytes, float]] = OrderedDict()  # sender → digest → time, in seconds

    def must_wait(self, visit: ClientRequest) -> bool:
        """Whether a sender has been wrong too often to be heard now."""
        with self._lock:
            return len(self._recent(visit.network)) >= WRONG_TRIES

    def count(self, visit: ClientRequest, typed: bytes) -> None:
        """Remember a wrong password. A page that sends the same one again and again is not guessing."""
        with self._lock:
            self._wrong[visit.network] = {**self._recent(visit.network), hashlib.sha256(typed).digest(): self._now()}
            self._wrong.move_to_end(visit.network)
            while len(self._wrong) > _MOST_VISITORS:
                self._wrong.popitem(last=False)

    def _recent(self, sender: str) -> dict[bytes, float]:
        wrong = self._wrong.get(sender, {})
        return {digest: when for digest, when in wrong.items() if self._now() - when < WRONG_SECONDS}


class StaffAccess:
    """The way to the staff side: by name or password where there are such, else only from this machine.

    Behind a proxy no request is known to come from this machine, so that without either there is no way. Who comes in
    by the password that all share has no name, and may do all.
    """

    def __init__(
        self,
        password: str = "",
        *,
        behind_proxy: bool = False,
        users: UserFile | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._password = password.encode("utf-8")
        self._behind_proxy = behind_proxy
        self._users = users
        self._now = now
        self._attempts = FailedAttempts(now)
        self._lock = Lock()
        # By token: when it was given, in seconds, and to whom ("" for nobody by name).
        self._inside: OrderedDict[str, tuple[float, str]] = OrderedDict()
        # Cookies are shared by all ports of a host, so that two pages on one host need two names.
        self.cookie = f"bulletin-staff-{secrets.token_hex(4)}"

    @property
    def has_password(self) -> bool:
        """Whether a password opens it: one that all share, or that of a person."""
        return bool(self._password) or self.has_people

    @property
    def has_people(self) -> bool:
        """Whether people have names of their own here. A file of them that cannot be read keeps everybody out."""
        try:
            return self._users is not None and self._users.has_staff
        except BulletinError as error:
            logger.warning("%s", error)
            return True

    def admits(self, visit: ClientRequest) -> bool:
        """Whether a request may use the staff side."""
        return self.person(visit) is not None

    def follow(self, users: UserFile) -> None:
        """Let the people of a file in, unless others are followed already."""
        self._users = self._users or users

    def person(self, visit: ClientRequest) -> Person | None:
        """Who sends a request, where they may use the staff side: without a name where nobody has one."""
        if not self.has_password:
            return ANYBODY if visit.is_local and not self._behind_proxy else None
        token = visit.cookie(self.cookie)
        with self._lock:
            given, name = self._inside.get(token, (None, ""))
        if given is None or self._now() - given >= STAY_SECONDS or not visit.is_own_page:
            return None
        return self._staff(name) if name else ANYBODY

    def _staff(self, name: str) -> Person | None:
        """A person of the staff by name, as long as they are that."""
        try:
            people = self._users.people() if self._users else []
        except BulletinError as error:
            logger.warning("%s", error)
            return None
        return next((one for one in people if one.name == name and one.role.is_staff), None)

    def _knows(self, name: str, given: bytes) -> bool:
        """Whether a password is that of a person, or, without a name, the one that all share."""
        if not name:
            return bool(self._password) and hmac.compare_digest(given, self._password)
        try:
            found = self._users.check(name, given.decode("utf-8")) if self._users else None
        except BulletinError as error:
            logger.warning("%s", error)
            return False
        return found is not None and found.role.is_staff

    def enter(self, typed: str, visit: ClientRequest, *, name: str = "") -> str:
        """A token for the browser that sends the right password, with a name where it is a person's own.

        Takes half a second where it is. Raises NotAdmittedError.
        """
        if not self.has_password:
            raise NotAdmittedError(AccessCode.NEEDLESS)
        if self._attempts.must_wait(visit):
            raise NotAdmittedError(AccessCode.WAIT)
        if not visit.is_own_page:
            raise NotAdmittedError(AccessCode.ELSEWHERE)
        given = typed[:_MOST_PASSWORD_CHARS].encode("utf-8", "replace")
        if not self._knows(name.strip(), given):
            self._attempts.count(visit, f"{name}\0".encode("utf-8", "replace") + given if name else given)
            raise NotAdmittedError(AccessCode.WRONG)
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._inside[token] = self._now(), name.strip()
            while len(self._inside) > _MOST_VISITORS:
                self._inside.popitem(last=False)
        return token

    def leave(self, visit: ClientRequest) -> None:
        """Forget that a browser has given the password."""
        with self._lock:
            self._inside.pop(visit.cookie(self.cookie), None)


class Credentials:
    """The name and password that open the whole page, by HTTP Basic authentication."""

    def __init__(self, user: str, password: str, *, now: Callable[[], float] = time.monotonic) -> None:
        self._expected = f"{user}:{password}".encode()
        self._attempts = FailedAttempts(now)

    def must_wait(self, visit: ClientRequest) -> bool:
        """Whether a sender has been wrong too often to be heard now."""
        return self._attempts.must_wait(visit)

    def admits(self, visit: ClientRequest) -> bool:
        """Whether a request has the right name and password. A wrong one is counted, a missing one is not."""
        given = _basic(visit)
        if given is None:
            return False
        right = self.holds(given)
        if not right:
            self._attempts.count(visit, given)
        return right

    def holds(self, given: bytes) -> bool:
        """Whether a name and a password, with a colon between, are these."""
        return hmac.compare_digest(given, self._expected)


class PageAccess:
    """The way to the whole page, by HTTP Basic authentication.

    By the credentials that all share where there are such, and, once people have accounts as readers, by the name and
    password of any person. Where neither is, the page is open.
    """

    def __init__(
        self, shared: Credentials | None, users: UserFile | None, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._shared, self._users = shared, users
        self._attempts = FailedAttempts(now)

    @property
    def is_closed(self) -> bool:
        """Whether a name and a password are needed. A file of people that cannot be read keeps everybody out."""
        try:
            return self._shared is not None or (self._users is not None and self._users.has_readers)
        except BulletinError as error:
            logger.warning("%s", error)
            return True

    def must_wait(self, visit: ClientRequest) -> bool:
        """Whether a sender has been wrong too often to be heard now."""
        return self._attempts.must_wait(visit)

    def admits(self, visit: ClientRequest) -> bool:
        """Whether a request has a right name and password. A wrong one is counted; the first right one takes long."""
        given = _basic(visit)
        if given is None:
            return False
        name, _, password = given.partition(b":")
        if self._shared is not None and self._shared.holds(given):
            return True
        try:
            is_person = self._users is not None and self._users.check(
                name.decode("utf-8", "replace"), password.decode("utf-8", "replace")
            )
        except BulletinError as error:
            logger.warning("%s", error)
            return False
        if not is_person:
            self._attempts.count(visit, given)
        return bool(is_person)


def _basic(visit: ClientRequest) -> bytes | None:
    """The name and password that a request brings, with a colon between; None for none."""
    scheme, _, encoded = visit.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""


def network_of(address: str) -> str:
    """What is counted as one sender: the address, or the network of 2^64 addresses that IPv6 gives to each."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    if mapped is not None:
        return str(mapped)
    return f"{int(found) >> 64:x}::" if isinstance(found, IPv6Address) else address


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback


def _names_this_machine(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or name.endswith(".localhost") or _is_loopback(name)

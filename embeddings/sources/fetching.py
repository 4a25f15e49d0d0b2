"""Asking a server for a file: done for the addresses of feeds that an operator has named, and for nothing else."""

from __future__ import annotations

import socket
import threading
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NoReturn
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from embeddings.errors import SourceCode, SourceError

CONNECT_SECONDS = 20.0  # also for each time that a server says nothing
WHOLE_SECONDS = 60.0
MOST_REDIRECTS = 5
_BLOCK_BYTES = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
_AGENT = "bulletin-qa (a feed reader)"
_ASKED_FOR = "application/rss+xml, application/atom+xml, application/xml, text/xml;q=0.9, */*;q=0.1"
# What an address may hold as it is; anything else is written as UTF-8 with percent signs.
_PLAIN = "/:?#[]@!$&'()*+,;=%~"


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of an address from one time to the next: the words by which its server knows what we have.

    `is_public` says whether its host was beyond this machine and its network; None before the first time.
    """

    etag: str = ""
    modified: str = ""
    is_public: bool | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server gave: the status of HTTP, and the content where that is OK.

    `wait_seconds` is how long it asks to be left alone.
    """

    status: int
    content: bytes
    known: Known
    wait_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The most bytes of an answer, and how long one silence, and the whole, may last."""

    max_bytes: int
    silence_seconds: float = CONNECT_SECONDS
    seconds: float = WHOLE_SECONDS


def checked_address(address: str) -> str:
    """An address that can be asked: http or https, with a host. Raises SourceError for any other.

    A name and a password in it would be printed with every error, so that such an address is refused.
    """
    address = quote(address.strip(), safe=_PLAIN)
    if not _is_address(address):
        raise SourceError(SourceCode.FEED_ADDRESS, address=address)
    return address


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in _PORTS and bool(parts.hostname) and parts.username is None and parts.password is None


def fetch(address: str, known: Known, limits: FetchLimits) -> Fetched:
    """What stands at an address; status 304 where its server says that this is what is known.

    Redirects are followed, at most five. None leads from https to http, from a public host to one of this machine or
    its network, or from a host of the network to another there. Raises SourceError.
    """
    asked = _Exchange(address, known, limits)
    deadline = threading.Timer(limits.seconds, asked.give_up)
    deadline.daemon = True
    deadline.start()
    try:
        return asked.answer()
    except (OSError, HTTPException, ValueError, zlib.error) as error:
        detail = f"no whole answer in {limits.seconds:g} s" if asked.is_late else _told(error)
        raise SourceError(SourceCode.FEED_UNREACHABLE, address=address, detail=detail) from error
    finally:
        deadline.cancel()
        asked.close()


def _told(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


@dataclass(slots=True)
class _Exchange:
    """One address being asked, over its redirects."""

    address: str
    known: Known
    limits: FetchLimits
    is_late: bool = False
    is_public: bool | None = None
    _socket: socket.socket | None = field(default=None)

    def answer(self) -> Fetched:
        at = self.address
        for _ in range(MOST_REDIRECTS + 1):
            response = self._ask(urlsplit(at))
            if response.status not in _REDIRECTS:
                return self._taken(response)
            at = self._target(at, response.getheader("Location") or "")
            self.close()
        raise SourceError(SourceCode.FEED_REDIRECTS, address=self.address, n=MOST_REDIRECTS)

    def give_up(self) -> None:
        """Called by another thread when the time is over."""
        self.is_late = True
        self._shut()

    def close(self) -> None:
        self._shut()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _shut(self) -> None:
        with suppress(OSError, AttributeError):
            self._socket.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    def _target(self, at: str, location: str) -> str:
        target = quote(urljoin(at, location), safe=_PLAIN)
        if not location or not _is_address(target) or (at.startswith("https:") and not target.startswith("https:")):
            raise SourceError(SourceCode.FEED_REDIRECT_REFUSED, address=self.address, target=target or "-")
        return target

    def _ask(self, parts: SplitResult) -> HTTPResponse:
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        self._socket = self._connected(host, port)
        if self.is_late:
            raise TimeoutError
        connection: HTTPConnection
        if parts.scheme == "https":
            import ssl

            self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=host)
            connection = HTTPSConnection(host, port)
        else:
            connection = HTTPConnection(host, port)
        connection.sock = self._socket
        path = parts.path or "/"
        connection.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=self._headers())
        return connection.getresponse()

    def _headers(self) -> Mapping[str, str]:
        headers = {"User-Agent": _AGENT, "Accept": _ASKED_FOR, "Accept-Encoding": "gzip", "Connection": "close"}
        conditions = {"If-None-Match": self.known.etag, "If-Modified-Since": self.known.modified}
        return {**headers, **{name: value for name, value in conditions.items() if value}}

    def _connected(self, host: str, port: int) -> socket.socket:
        """A connection to an address that has been looked at: asked for again, a name server may tell another."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        places = [(family, place) for family, _, _, _, place in found if self._may_ask(host, str(place[0]))]
        if not places:
            raise SourceError(SourceCode.FEED_HOST_REFUSED, address=self.address, host=host)
        failure: OSError | None = None
        for family, place in places:
            reached = socket.socket(family, socket.SOCK_STREAM)
            reached.settimeout(min(self.limits.silence_seconds, self.limits.seconds))
            try:
                reached.connect(place)
            except OSError as error:
                failure = error
                reached.close()
                continue
            if self.is_public is None:
                self.is_public = _is_public(str(place[0]))
            return reached
        assert failure is not None
        raise failure

    def _may_ask(self, host: str, place: str) -> bool:
        """Whether a host may be asked at an IP address: a public one, or any of the host that the operator named.

        A name that was public, and is said to lie in the network now, may be a trap set by whoever owns it.
        """
        if _is_public(place):
            return True
        was_public = self.is_public or (self.is_public is None and self.known.is_public)
        return not was_public and host == urlsplit(self.address).hostname

    def _taken(self, response: HTTPResponse) -> Fetched:
        wait = _seconds_of(response.getheader("Retry-After") or "")
        if response.status != HTTPStatus.OK:
            return Fetched(response.status, b"", self.known, wait)
        known = Known(
            (response.getheader("ETag") or "")[:1000], (response.getheader("Last-Modified") or "")[:100], self.is_public
        )
        return Fetched(response.status, self._body(response), known, wait)

    def _body(self, response: HTTPResponse) -> bytes:
        encoding = (response.getheader("Content-Encoding") or "identity").lower()
        if encoding not in ("identity", "gzip", "x-gzip"):
            raise HTTPException(f"Content-Encoding: {encoding}")
        unzip = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in encoding else None
        limit, begun = self.limits.max_bytes, time.monotonic()
        if response.length is not None and response.length > limit:
            self._too_large(response.length)
        content = bytearray()
        while block := response.read1(_BLOCK_BYTES):
            content += unzip.decompress(block, limit + 1 - len(content)) if unzip else block
            if len(content) > limit:
                self._too_large(len(content))
            if time.monotonic() - begun > self.limits.seconds:
                raise TimeoutError
        if self.is_late or response.length or (unzip is not None and not unzip.eof):
            raise HTTPException("the answer breaks off")
        return bytes(content)

    def _too_large(self, size: int) -> NoReturn:
        raise SourceError(SourceCode.TOO_LARGE, name=self.address, n=size, limit=self.limits.max_bytes)


def _is_public(place: str) -> bool:
    """Whether an IP address is one of the internet at large, and not of this machine, a network or a group."""
    address: IPv4Address | IPv6Address = ip_address(place.partition("%")[0])
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    return address.is_global and not address.is_multicast


def _seconds_of(retry_after: str) -> float:
    """How long a server asks to be left, in seconds: it says a number, or a time. 0 for nothing."""
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0

"""By which names the page is called, who is before it, and how much one sender may take."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass, fields
from ipaddress import ip_address, ip_network

from embeddings import BulletinError, Variable, read_limit
from qa.errors import ServingCode


@dataclass(frozen=True, slots=True)
class AccessLimits:
    """How many connections there may be, and how many calls may wait; in all, and of one sender."""

    max_connections: int = int(Variable.MAX_CONNECTIONS.default)
    max_sender_connections: int = int(Variable.MAX_SENDER_CONNECTIONS.default)
    max_waiting: int = int(Variable.MAX_WAITING.default)
    max_sender_waiting: int = int(Variable.MAX_SENDER_WAITING.default)

    @classmethod
    def from_environment(cls) -> AccessLimits:
        """The defaults, with what the environment sets in place of them. Raises SourceError for what is no number."""
        return cls(**{limit.name: read_limit(Variable[limit.name.upper()]) for limit in fields(cls)})


class KnownHosts:
    """The names by which a page may be called.

    Another site can let a name of its own point at this machine, and its page would then be taken for ours (DNS
    rebinding). An address cannot be made to point elsewhere, so that every address is known.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        own = socket.gethostname()
        self._names = {_plain(name) for name in ("localhost", own, f"{own}.local", *names)} - {""}

    @classmethod
    def from_environment(cls, *names: str) -> KnownHosts:
        """Those of BULLETIN_HOSTS, and some more."""
        return cls([*listed(Variable.HOSTS), *names])

    def knows(self, host: str) -> bool:
        """Whether what a request names as its `Host`, with or without a port, is one of them."""
        name = _plain(host)
        return name in self._names or name.endswith(".localhost") or _is_address(name)


def proxies_from_environment() -> tuple[str, ...]:
    """The addresses and networks in BULLETIN_PROXIES. Raises BulletinError for anything else."""
    found = listed(Variable.PROXIES)
    for text in found:
        try:
            ip_network(text, strict=False)
        except ValueError as error:
            raise BulletinError(ServingCode.BAD_PROXY, variable=Variable.PROXIES, text=text) from error
    return tuple(str(ip_network(text, strict=False)) for text in found)


def sites_from_environment() -> frozenset[str]:
    """The origins in BULLETIN_SITES, as browsers write them. Raises BulletinError for anything else."""
    found = [text.rstrip("/").lower() for text in listed(Variable.SITES)]
    for text in found:
        if not re.fullmatch(r"https?://[^/?#@\s]+", text):
            raise BulletinError(ServingCode.BAD_SITE, variable=Variable.SITES, text=text)
    return frozenset(found)


def listed(variable: Variable) -> list[str]:
    """What a variable lists, with commas between."""
    return [one for part in variable.read().split(",") if (one := part.strip())]


# As HTTP has it (RFC 9110, 7.2): a name or an address and perhaps a port, and nothing of an address of the web beside.
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[^\s/?#@:\[\]\\,]+)(?::\d{0,5})?")


def _plain(host: str) -> str:
    """A host's name without its port, in lower case, as browsers send it; empty where it is none."""
    match = _HOST.fullmatch(host.strip())
    if match is None:
        return ""
    name = match["name"].strip("[]").rstrip(".").lower()
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True

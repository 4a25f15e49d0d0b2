"""What `bulletin serve` is told: by whom the page may be opened, where it stands, and what stands beside it."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from embeddings import BulletinError, Variable, data_path
from qa.errors import ServingCode
from qa.server.auth import Credentials, StaffAccess
from qa.server.users import UserFile

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class ServingOptions:
    """How the page is served. `mcp` is None for "where the package is there"."""

    credentials: Credentials | None
    staff_access: StaffAccess
    editing: bool
    remember: bool
    root_path: str
    mcp: bool

    @property
    def is_behind_proxy(self) -> bool:
        """Whether users come through a proxy, under a path of its own."""
        return bool(self.root_path)


def add_serving_arguments(parser: argparse.ArgumentParser) -> None:
    """What only `bulletin serve` is told; `bulletin chat` goes by the defaults."""
    parser.add_argument(
        "--auth",
        metavar="USER:PASSWORD",
        help=f"what opens the page; others on this machine see it, so rather use --auth-file or {Variable.AUTH}",
    )
    parser.add_argument("--auth-file", type=Path, metavar="FILE", help="a file with USER:PASSWORD on its first line")
    parser.add_argument(
        "--staff-password-file",
        type=Path,
        metavar="FILE",
        help=f"a file whose first line opens the staff side from any machine (default: {Variable.STAFF_PASSWORD})",
    )
    parser.add_argument("--root-path", default="", metavar="/NEWS", help="the path under which a proxy serves the page")
    parser.add_argument(
        "--share-nothing",
        action="store_true",
        help="no staff side, no uploads, nothing kept or shared of what users do",
    )
    parser.add_argument(
        "--mcp",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="serve the endpoints as MCP tools at /mcp (default: where the package mcp is installed)",
    )


def options_of(arguments: argparse.Namespace) -> ServingOptions:
    """The options that a command line and the environment give. Raises BulletinError with the cause and the cure."""
    root_path = _root_path(getattr(arguments, "root_path", ""))
    password = _secret(getattr(arguments, "staff_password_file", None), Variable.STAFF_PASSWORD)
    has_password = bool(password) or UserFile(data_path(getattr(arguments, "archive", None))).has_staff
    shares_nothing = getattr(arguments, "share_nothing", False)
    if shares_nothing and arguments.editing:
        raise BulletinError(ServingCode.NOTHING_TO_EDIT)
    if arguments.editing and root_path and not has_password:
        raise BulletinError(ServingCode.PASSWORD_NEEDED, variable=Variable.STAFF_PASSWORD)
    return ServingOptions(
        credentials=_credentials(getattr(arguments, "auth", None), getattr(arguments, "auth_file", None)),
        staff_access=StaffAccess(password, behind_proxy=bool(root_path)),
        editing=not shares_nothing and may_edit(arguments, has_password=has_password, root_path=root_path),
        remember=not shares_nothing,
        root_path=root_path,
        mcp=_serves_tools(getattr(arguments, "mcp", False)),
    )


def may_edit(arguments: argparse.Namespace, *, has_password: bool = False, root_path: str = "") -> bool:
    """Whether there is a staff side: as the command line says, else with a password, else on this machine only."""
    if arguments.editing is not None:
        return bool(arguments.editing)
    return has_password or (arguments.host in LOOPBACK and not root_path)


def _credentials(given: str | None, file: Path | None) -> Credentials | None:
    if given and file:
        raise BulletinError(ServingCode.AUTH_TWICE)
    said = given or _secret(file, Variable.AUTH)
    if not said:
        return None
    user, _, password = said.partition(":")
    if not user or not password:
        raise BulletinError(ServingCode.AUTH_FORM)
    return Credentials(user, password)


def _secret(file: Path | None, variable: Variable) -> str:
    """The first line of a file, else what the environment says; empty where neither is given."""
    if file is None:
        return variable.read()
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise BulletinError(ServingCode.PASSWORD_FILE_UNREADABLE, path=file, detail=reason) from error
    if not lines or not lines[0].strip():
        raise BulletinError(ServingCode.PASSWORD_FILE_EMPTY, path=file)
    return lines[0].strip()


def _root_path(given: str) -> str:
    path = given.strip().rstrip("/")
    if not path or path.startswith(("/", "http://", "https://")):
        return path
    return f"/{path}"


def _serves_tools(wanted: bool | None) -> bool:
    is_there = find_spec("mcp") is not None
    if wanted and not is_there:
        raise BulletinError(ServingCode.NO_MCP)
    return is_there if wanted is None else wanted
